import type { Notice, NoticeTelling } from "./notice.ts";

const owners: Readonly<Record<string, string>> = {
  key: "密钥",
  user: "用户",
  team: "团队",
  channel: "渠道",
  alias: "别名",
  policy: "策略",
  price: "价格",
  person: "成员",
  token: "管理令牌",
};
const spans: Readonly<Record<string, string>> = {
  day: "每日",
  week: "每周",
  month: "每月",
  total: "总计",
};

/** An entry of the database by its kind and id: `channel main` is 渠道 main. */
function entryZh(object: string): string {
  const [kind = "", ...id] = object.split(" ");
  return `${owners[kind] ?? kind} ${id.join(" ")} `;
}

interface Told extends NoticeTelling {
  /** The sentence for its end. */
  readonly over: string;
}

/** A notice in Simplified Chinese, by its kind and facts; undefined: the console does not know the kind, and the gateway's own words stand. */
export function noticeWordsZh(notice: Notice): NoticeTelling | undefined {
  const told = raised[notice.kind]?.(notice);
  if (told === undefined) return undefined;
  const { title, text, over } = told;
  return notice.state === "raised" ? { title, text } : { title: `已结束：${title}`, text: over };
}

const raised: Readonly<Record<string, (notice: Notice) => Told>> = {
  budget_threshold: budget,
  budget_exceeded: budget,
  clock_off: ({ object, facts: { seconds, side } }) => ({
    title: `${object} 的时钟不准`,
    text: `它比数据库的时钟${side === "behind" ? "慢" : "快"} ${seconds ?? ""} 秒，而所有时间以数据库为准；请校准该机器的时钟。`,
    over: "它与数据库的时钟重新一致。",
  }),
  files_differ: ({ facts: { files } }) => ({
    title: "使用同一数据库的网关配置文件不同",
    text: `${files ?? ""}；请给所有网关同一份文件，并重新加载文件不同的网关。`,
    over: "所有网关重新使用同一份文件。",
  }),
  entry_faulty: ({ object, facts: { fault } }) => ({
    title: `数据库中的${entryZh(object)}有误`,
    text: fault ?? "",
    over: "它已能正确读取，或已不存在。",
  }),
  price_unknown: ({ facts: { model, channel } }) => ({
    title: `渠道 ${channel ?? ""} 上 ${model ?? ""} 的价格未知`,
    text: "有请求按上限结算，没有上限的则按零结算；请设置该模型的 `price`。",
    over: "对它的请求已按已知价格收费。",
  }),
};

function budget({ kind, threshold, facts }: Notice): Told {
  const { scope, name, limit_usd: limit, period, resets_at: resets } = facts;
  const whose = `${owners[scope ?? ""] ?? ""} ${name ?? ""} 的预算`;
  const share = Math.round(Number(threshold) * 1000) / 10;
  const anew = resets === null || resets === undefined ? "" : `；${resets} 重置`;
  return {
    title: kind === "budget_exceeded" ? `${whose}已超出` : `${whose}已用 ${share}%`,
    text: `${spans[period ?? ""] ?? ""}上限为 $${limit ?? ""}${anew}。`,
    over: "已重新低于该值：新的周期已开始，或预算已更改。",
  };
}
