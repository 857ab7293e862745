/** A kind of refusal that the gateway says in English, and the same in Chinese. */
type Saying = readonly [pattern: RegExp, tell: (...parts: string[]) => string];

/** The demands on a value, as the middle of a sentence: "must be text". */
const demands: readonly Saying[] = [
  [/^a whole number from (\S+) to (\S+)$/, (least, most) => `必须是 ${least} 到 ${most} 的整数`],
  [/^US dollars, from (\S+) to (\S+)$/, (least, most) => `必须是 ${least} 到 ${most} 美元`],
  [/^a decimal number, 0 or more$/, () => "必须是不小于 0 的数字，可带小数"],
  [
    /^a share of the budget above 0, at most 10, such as 0\.8$/,
    () => "必须是预算的比例，大于 0 且不超过 10，例如 0.8",
  ],
  [
    /^a day such as (\S+) or a moment such as (\S+)$/,
    (day, moment) => `必须是日期（例如 ${day}）或时刻（例如 ${moment}）`,
  ],
  [/^a moment such as (\S+)$/, (moment) => `必须是时刻，例如 ${moment}`],
  [
    /^an address or a range such as (\S+), (\S+) or (\S+)$/,
    (...all) => `必须是地址或网段，例如 ${all.slice(0, 3).join("、")}`,
  ],
  [
    /^a list of addresses and ranges such as (\S+), of one at least$/,
    (range) => `必须至少有一个地址或网段，例如 ${range}`,
  ],
  [
    /^text of 1 to (\d+) characters, on one line$/,
    (most) => `必须是 1 到 ${most} 个字符的单行文字`,
  ],
  [/^text of (\d+) characters or less$/, (most) => `不能超过 ${most} 个字符`],
  [
    /^letters, digits, dots, hyphens and underscores, at most (\d+)$/,
    (most) => `只能用字母、数字、点、连字符和下划线，以字母或数字开头，最多 ${most} 个字符`,
  ],
  [
    /^letters, digits, hyphens and underscores, at most (\d+)$/,
    (most) => `只能用字母、数字、连字符和下划线，最多 ${most} 个字符`,
  ],
  [
    /^small letters, digits and hyphens, at most (\d+)$/,
    (most) => `只能用小写字母、数字和连字符，最多 ${most} 个字符`,
  ],
  [/^a model's name, or a pattern that ends in \*$/, () => "必须是模型名称，或以 * 结尾的名称前缀"],
  [/^a list of models' names$/, () => "必须至少有一个模型名称"],
  [
    /^a duration from (\S+) to (\S+), such as (.+)$/,
    (least, most, all = "") =>
      `必须是 ${least} 到 ${most} 的时长，例如 ${all.replace(" or ", ", ").replaceAll(", ", "、")}`,
  ],
  [/^one budget, or a list of at most (\d+)$/, (most) => `最多只能有 ${most} 个预算`],
  [/^a UUID$/, () => "必须是 UUID"],
  [/^text$/, () => "必须是文字"],
  [/^true or false$/, () => "必须是 true 或 false"],
  [/^a number$/, () => "必须是数字"],
  [/^a whole number$/, () => "必须是整数"],
];

/** The faults of a value, as the end of a sentence. */
const faults: readonly Saying[] = [
  [
    /^must be (.+?)(?:, not (".*"|-?[\d.]+|an empty list))?$/s,
    (demand = "", given?: string) => {
      const said = told(demands, demand);
      if (said === undefined) return "";
      return given?.startsWith('"') === true ? `${said}，而不是 ${given}` : said;
    },
  ],
  [/^must not be empty$/, () => "不能为空"],
  [/^must be given$/, () => "必须填写"],
  [/^must have (\d+) characters or fewer$/, (most) => `不能超过 ${most} 个字符`],
  [/^must have (\d+) characters or more$/, (least) => `不能少于 ${least} 个字符`],
  [/^must have (\d+) entries or fewer$/, (most) => `不能超过 ${most} 项`],
  [/^must have (\d+) entries or more$/, (least) => `不能少于 ${least} 项`],
  [/^must be (\S+) or less$/, (most) => `不能大于 ${most}`],
  [/^must be (\S+) or more$/, (least) => `不能小于 ${least}`],
  [/^has (\d+) labels; at most (\d+) are taken$/, (n, most) => `有 ${n} 个标签，最多 ${most} 个`],
  [/^has the label `(.+)` twice; send each name once$/, (name) => `标签 \`${name}\` 出现了两次`],
  [
    /^has `(.+)`, where each label is a word, or a name with a value as in `project=fox`: a name of at most 40 letters.+$/s,
    (label) =>
      `\`${label}\` 不是标签：标签是一个词，或像 \`project=fox\` 这样的名称与值；名称最多 40 个字母、数字、\`_\`、\`.\`、\`-\`，值最多 80 个这些字符、空格和 \`:/@+\`，都以字母或数字开头`,
  ],
  [/^Invalid string: must match pattern .+$/, () => "格式不符合要求"],
  [
    /^Invalid option: expected one of (.+)$/,
    (all = "") => `只能是 ${all.replaceAll('"', "").replaceAll("|", "、")}`,
  ],
  [/^Too big: expected number to be <=?(\S+)$/, (most) => `不能大于 ${most}`],
  [/^Too small: expected number to be >=?(\S+)$/, (least) => `不能小于 ${least}`],
  [/^Too big: expected string to have <=(\d+) characters$/, (most) => `不能超过 ${most} 个字符`],
  [
    /^Too small: expected string to have >=(\d+) characters$/,
    (least) => `不能少于 ${least} 个字符`,
  ],
];

const kinds: Readonly<Record<string, string>> = {
  team: "团队",
  user: "用户",
  key: "密钥",
  alias: "别名",
  channel: "渠道",
  price: "价格",
  policy: "策略",
};

const kindOf = (kind = ""): string => kinds[kind] ?? kind;

const sentences: readonly Saying[] = [
  [
    /^`([^`]+)` is not (?:valid|what this provider takes): (.+)\.$/s,
    (name, fault = "") => whole(name, fault),
  ],
  [/^`([^`]+)` (must .+?)\.?$/s, (name, fault = "") => whole(name, fault)],
  [
    /^`([^`]+)` is not known to (.+); leave it out\.$/,
    (name, model) => `${model} 没有 \`${name}\`，请留空。`,
  ],
  [
    /^Another (\w+) has the id `(.+)` already; choose a different one(?:, or change that one)?\.$/,
    (kind, id) => `已有 id 为 \`${id}\` 的${kindOf(kind)}；请换一个，或更改现有的那个。`,
  ],
  [
    /^Another person signs in with this `login`; choose another\.$/,
    () => "已有其他人使用此登录名；请换一个。",
  ],
  [
    /^There is no (\w+) `(.+)`; make it first, or name another\.$/,
    (kind, id) => `没有${kindOf(kind)} \`${id}\`；请先创建，或选择其他的。`,
  ],
  [
    /^A (person|token) whose role is `team_admin` needs `team`, the id of the team\.$/,
    () => "团队管理员必须指定团队。",
  ],
  [
    /^Two budgets of `budget` have the same period for the same models; keep the smaller one\.$/,
    () => "有两个预算的周期和模型相同；请只保留较小的一个。",
  ],
  [
    /^`expires_at` lies in the past; name a later time.*\.$/,
    () => "此时间已过；请写一个更晚的时间。",
  ],
  [
    /^Signing in failed: name or password are wrong, or the person is disabled\. Ask an owner or admin for a new link where the password is lost\.$/,
    () =>
      "登录失败：名称或密码不正确，或账户已停用。如果忘记了密码，请向所有者或管理员索取新的链接。",
  ],
  [
    /^Too many tries to sign in failed; try again in (?:a minute|(\d+) minutes)\.$/,
    (minutes = "1") => `登录失败次数过多；请在 ${minutes} 分钟后再试。`,
  ],
  [
    /^The password must have (\d+) to (\d+) characters\.$/,
    (least, most) => `密码须有 ${least} 到 ${most} 个字符。`,
  ],
  [
    /^The password must have at least (\d+) different characters\.$/,
    (least) => `密码须有至少 ${least} 个不同的字符。`,
  ],
  [/^The password must not be the name that you sign in with\.$/, () => "密码不能与登录名相同。"],
  [/^No channel serves the model `(.+)`\.$/s, (model) => `没有渠道提供模型 \`${model}\`。`],
];

/** A sentence about a field; empty where the console does not know the fault. */
function whole(name: string | undefined, fault: string): string {
  const said = told(faults, fault);
  return said === undefined || said === "" ? "" : `\`${name}\`：${said}。`;
}

function told(list: readonly Saying[], text: string): string | undefined {
  for (const [pattern, tell] of list) {
    const found = pattern.exec(text);
    const said = found === null ? "" : tell(...found.slice(1));
    if (said !== "") return said;
  }
  return undefined;
}

/** The refusal of a value in Simplified Chinese; undefined: the console does not know it. */
export function refusalZh(text: string): string | undefined {
  return told(sentences, text);
}
