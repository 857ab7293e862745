/** Measures of a price by the gateway's words. */
const measures: Readonly<Record<string, string>> = {
  "an image": "每张图片",
  "a megapixel": "每百万像素",
  "a tile": "每图块",
  "an input image": "每张输入图片",
  "an input megapixel": "输入每百万像素",
  "an input tile": "每输入图块",
  "a call": "每次调用",
  "a step": "每步",
  "a second": "每秒",
  "for 1M text tokens in": "每百万文本输入 token",
  "for 1M cached text tokens in": "每百万缓存文本输入 token",
  "for 1M image tokens in": "每百万图像输入 token",
  "for 1M cached image tokens in": "每百万缓存图像输入 token",
  "for 1M text tokens out": "每百万文本输出 token",
  "for 1M image tokens out": "每百万图像输出 token",
};

/** Words of conditions; what is no word of the gateway stands as it is. */
const conditions: readonly (readonly [RegExp, string])[] = [
  [/\bto (\d+) pixels/g, "至多 $1 像素"],
  [/\babove (\d+) pixels/g, "超过 $1 像素"],
  [/\bfrom (\d{4}-\S+?)(?=,|$| until)/g, "自 $1 起"],
  [/\buntil (\d{4}-\S+?)(?=,|$)/g, "至 $1"],
  [/\bgeneration\b/g, "生成"],
  [/\bedit\b/g, "编辑"],
  [/\bvariation\b/g, "变体"],
  [/(\S+) not set\b/g, "未设 $1"],
  [/(\S+) set\b/g, "已设 $1"],
  [/ or /g, " 或 "],
  // What is left are options of a call with their values.
  [/\b([a-z]\w+) ([a-z]\w+)\b/g, "$1=$2"],
  [/, /g, "，"],
];

const sum = String.raw`(?:\$|[A-Z]{3} )[\d.]+|an unknown price`;
const price = new RegExp(
  String.raw`^(?:(?<when>[^:]+): )?(?:(?<free>free)|(?<times>[\d.]+) times as much|(?<sum>${sum})(?: \((?<cached>${sum}) cached\))? (?<unit>.+?)(?: \(the first (?<first>${sum})\))?)(?: \((?<brackets>[^()]+)\))?$`,
);
const unit =
  /^(?<names>.+?)(?: by (?<by>[\d.]+))?(?<whole>, begun ones whole)?(?:, in steps of (?<steps>[\d.]+))?$/;

/** A part of a price in Simplified Chinese: `$0.04 an image (high)` is 每张图片 $0.04（high）; undefined: it is none. */
export function priceZh(text: string): string | undefined {
  const found = price.exec(text)?.groups;
  if (found === undefined) return undefined;
  const { when, free, times, first, cached, brackets } = found;
  const measured = found["unit"] === undefined ? undefined : unitZh(found["unit"]);
  if (found["unit"] !== undefined && measured === undefined) return undefined;
  const what =
    free === undefined
      ? times === undefined
        ? `${measured?.name ?? ""} ${sumZh(found["sum"])}`
        : `${times} 倍`
      : "免费";
  const notes = [
    cached === undefined ? undefined : `缓存 ${sumZh(cached)}`,
    measured?.rounded,
    first === undefined ? undefined : `首个 ${sumZh(first)}`,
    brackets === undefined ? undefined : conditionZh(brackets),
  ].filter((note) => note !== undefined);
  const beginning = when === undefined ? "" : `${conditionZh(when)}：`;
  return `${beginning}${what}${notes.length === 0 ? "" : `（${notes.join("，")}）`}`;
}

const sumZh = (text = ""): string => (text === "an unknown price" ? "价格未知" : text);

function unitZh(text: string): { readonly name: string; readonly rounded?: string } | undefined {
  const { names = "", by, whole, steps } = unit.exec(text)?.groups ?? {};
  const [first = "", ...others] = names.split(" and ");
  const named = [first, ...others.map(articled)].map(measureZh);
  if (named.includes(undefined)) return undefined;
  const rounded = whole === undefined ? undefined : "不足一个按一个计";
  const stepped = steps === undefined ? rounded : `按 ${steps} 递进`;
  const name = `${named.join("、")}${by === undefined ? "" : `（以 ${by} 计）`}`;
  return stepped === undefined ? { name } : { name, rounded: stepped };
}

const articled = (measure: string): string => {
  const found = [`an ${measure}`, `a ${measure}`].find((one) => one in measures);
  return found ?? measure;
};

function measureZh(measure: string): string | undefined {
  const counted = /^by (\S+)$/.exec(measure)?.[1];
  return measures[measure] ?? (counted === undefined ? undefined : `每 ${counted}`);
}

const conditionZh = (text: string): string =>
  conditions.reduce((said, [pattern, word]) => said.replaceAll(pattern, word), text);
