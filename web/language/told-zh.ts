import { problemWords } from "./problems-zh.ts";
import { examinationZh } from "./examination-zh.ts";
import { refusalZh } from "./refusals-zh.ts";
import { priceZh } from "./prices-zh.ts";

/** A kind of sentence that the gateway says in English, and the same in Chinese. */
type Saying = readonly [pattern: RegExp, tell: (...parts: string[]) => string];

const spans: Readonly<Record<string, string>> = {
  "a day": "每天",
  "a week": "每周",
  "a month": "每月",
  "in total": "总计",
};

const owners: Readonly<Record<string, string>> = {
  "this key": "此密钥",
  "this key's user": "此密钥的用户",
  "this key's team": "此密钥的团队",
  "a channel": "某个渠道",
};

/** The meaning of an error's code in a few words, without its full stop. */
const codeZh = (code: string): string => (problemWords.codes[code] ?? code).replace(/。$/, "");

const ways: readonly Saying[] = [
  [/^it begins anew at (\S+)$/, (when) => `${when} 重置`],
  [/^try again in (\d+) seconds, when some of them have ended$/, (n) => `请在 ${n} 秒后重试`],
  [/^ask the operator to raise it$/, () => "请联系运维人员提高预算"],
];

const sayings: readonly Saying[] = [
  [/^(\S+\.\w+), line (\d+)$/, (file, line) => `${file} 第 ${line} 行`],
  [/^the configuration$/, () => "配置"],
  [
    /^The upstream could not be reached and nothing was sent; try again later\.(?: \((.+)\))?$/,
    (detail?: string) =>
      `无法连接上游，没有发送任何内容；请稍后再试。${detail === undefined ? "" : `（${detail}）`}`,
  ],
  [/^built in$/, () => "内置"],
  [
    /^(\d+) failures in a row, the last: (\w+)$/,
    (n, code) => `连续失败 ${n} 次，最后一次：${codeZh(code)}`,
  ],
  [
    /^(\d+) of (\d+) attempts of the last minute failed, the last: (\w+)$/,
    (bad, all, code) => `最近一分钟 ${all} 次尝试中失败 ${bad} 次，最后一次：${codeZh(code)}`,
  ],
  [/^(upstream_\w+)$/, codeZh],
  [
    /^(`\S+`) cannot be opened \(it was sealed with a secret that is not here, or was changed since\); set it again\.$/,
    (name) => `${name} 无法解密：加密所用的主密钥不在此处，或内容已被改动。请重新填写。`,
  ],
  [
    /^The budget of (.+?), (\$\S+) (a \w+|in total), does not cover the (\$\S+) that this request may cost: (\$\S+) is spent and (\$\S+) is reserved by requests under way; (.+)\.$/,
    (owner, limit, span, needs, spent, reserved, way) =>
      `${owners[owner] ?? owner}的预算（${spans[span] ?? span} ${limit}）不够此请求可能的费用 ${needs}：已用 ${spent}，进行中的请求预留 ${reserved}；${told(ways, way) ?? way}。`,
  ],
  [
    /^You have no key with this id that works here: .+$/,
    () =>
      "你没有可在此处使用的此密钥：它可能已停用、过期或删除，不允许从你的地址使用，或不属于你。请选择其他密钥，或控制台的密钥。",
  ],
  [
    /^The gateway does not answer; this page tries again by itself\.$/,
    () => "网关没有响应；此页面会自动重试。",
  ],
  [
    /^The session had ended\. Sign in, then do this once more\.$/,
    () => "会话已结束。请登录后再操作一次。",
  ],
  [/^The gateway answered with status (\d+)\.$/, (status) => `网关返回了状态码 ${status}。`],
];

function told(list: readonly Saying[], text: string): string | undefined {
  for (const [pattern, tell] of list) {
    const found = pattern.exec(text);
    if (found !== null) return tell(...found.slice(1));
  }
  return undefined;
}

/** A sentence of the gateway in Simplified Chinese; undefined: the console does not know it. */
export function toldZh(text: string): string | undefined {
  const whole =
    told(sayings, text) ?? told(examinationZh, text) ?? refusalZh(text) ?? priceZh(text);
  if (whole !== undefined) return whole;
  const sentences = text.split(/(?<=\.) (?=[A-Z])/);
  if (sentences.length === 1) return undefined;
  const all = sentences.map(toldZh);
  return all.every((one) => one !== undefined) ? all.join("") : undefined;
}
