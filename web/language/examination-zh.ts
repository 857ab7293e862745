import { providerNamesZh } from "./provider-words-zh.ts";

const states: Readonly<Record<string, string>> = { cooling: "冷却中", half_open: "正在重试" };

/** Sentences of the gateway's examination of what it stands on, with the same in Chinese. */
export const examinationZh: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^(\w+) commits in (\d+) ms\.$/, (kind, ms) => `${kind} 提交用时 ${ms} ms。`],
  [
    /^Each request waits for one: look at the disk and the way to it\.$/,
    () => "每个请求都要等一次提交：请检查磁盘及其连接。",
  ],
  [
    /^(\d+) gateways? × (\d+) connections are (\d+); the server allows (\d+) and has (\d+) now\.$/,
    (nodes, each, all, most, now) =>
      `${nodes} 个网关 × ${each} 个连接，共 ${all} 个；服务器允许 ${most} 个，现有 ${now} 个。`,
  ],
  [
    /^Raise max_connections, lower database\.pool, or put a pooler such as PgBouncer between\.$/,
    () => "请提高 max_connections、降低 database.pool，或在其间使用 PgBouncer 之类的连接池。",
  ],
  [/^(\S+ GB) are free for (\S+?)\.$/, (free, folder) => `${folder} 可用空间 ${free}。`],
  [
    /^Below (\S+ GB) no picture is bought that would have to be kept: make room, or set images\.quota\.$/,
    (floor) => `低于 ${floor} 时不再购买需要保存的图片：请腾出空间，或设置 images.quota。`,
  ],
  [/^The database goes by this machine's clock\.$/, () => "数据库使用本机的时钟。"],
  [
    /^The machine's clock and the database's differ by (\S+) s\.$/,
    (seconds) => `本机与数据库的时钟相差 ${seconds} 秒。`,
  ],
  [/^Set the machine's clock\.$/, () => "请校准本机的时钟。"],
  [/^It is the one that this database was made with\.$/, () => "与创建此数据库时相同。"],
  [
    /^server\.public_url is not set: URLs of pictures begin with the host that each client called\.$/,
    () => "未设置 server.public_url：图片的 URL 以各客户端所访问的主机开头。",
  ],
  [
    /^It was not asked, since (.+) has no free check\.$/,
    (name = "") => `未询问：${providerNamesZh[name] ?? name} 没有免费检查。`,
  ],
  [/^It does not answer within (\d+) s\.$/, (seconds) => `${seconds} 秒内没有应答。`],
  [
    /^It gets no requests for now: it is (\w+)(?: \(.*\))?\.$/,
    (state = "") => `目前不分配请求：${states[state] ?? state}。`,
  ],
];
