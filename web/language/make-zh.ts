import type { MakeWords } from "./make-en.ts";

/** 百分比，保留一位小数；极小与极大的值不显示为 0 与 100。 */
function percent(share: number): string {
  const tenths = (share * 100).toFixed(1);
  if (share > 0 && tenths === "0.0") return "不到 0.1%";
  return share < 1 && tenths === "100.0" ? "超过 99.9%" : `${tenths}%`;
}

type Rule = Parameters<MakeWords["sizeRule"]>[0];
type Bounds = Parameters<MakeWords["optionFaults"]["bounds"]>[0];

function boundsInWords(bounds: Bounds): string {
  const { minimum, maximum, exclusiveMinimum: over, exclusiveMaximum: under } = bounds;
  const parts = [
    minimum === undefined ? [] : [`不小于 ${minimum}`],
    over === undefined ? [] : [`大于 ${over}`],
    maximum === undefined ? [] : [`不大于 ${maximum}`],
    under === undefined ? [] : [`小于 ${under}`],
  ];
  return parts.flat().join("且");
}

const count = (value: number): string => value.toLocaleString("zh-CN");

const ruleParts = {
  multiple: ({ multiple = 1 }: Rule) => (multiple === 1 ? [] : [`宽和高须为 ${multiple} 的倍数`]),
  edge: ({ edge_min: least = 1, edge_max: most }: Rule) =>
    most === undefined ? [] : [`边长 ${count(least)} 至 ${count(most)} 像素`],
  pixels: ({ pixels_min: least = 1, pixels_max: most }: Rule) =>
    most === undefined
      ? []
      : [least > 1 ? `总像素 ${count(least)} 至 ${count(most)}` : `总像素不超过 ${count(most)}`],
  aspect: ({ aspect_max: most = 1000 }: Rule) =>
    most >= 1000 ? [] : [`长边不超过短边的 ${most} 倍`],
};

function sentence(parts: readonly string[]): string {
  return parts.length === 0 ? "" : `${parts.join("，")}。`;
}

/** The words of comparing, stopping and trying again in Simplified Chinese. */
export const makeZh: MakeWords = {
  models: "模型",
  modelsOf: (count) => `${count} / 4`,
  compareWith: "与另一个模型比较",
  settingsOf: (model) => `${model} 的设置`,
  takeOut: (model) => `移除 ${model}`,
  forAll: "适用于全部模型",
  own: (what) => `单独设置：${what.join("、")}`,
  leaves: (what) => `不支持：${what.join("、")}`,
  cannotStart: "未开始",
  comparison: (models) => models.join(" 与 "),
  progress: (over, of) => (over < of ? `已完成 ${over} / ${of}` : "全部完成"),
  altogether: (cost) => `合计 ${cost}`,
  altogetherAtLeast: (cost) => `合计 ${cost}，另有费用未知`,
  stopFree: "免费",
  stopMayCost: "仍可能计费",
  stopUpstream: "同时取消上游任务",
  stoppedFree: "已停止。尚未向上游请求，不产生费用。",
  stoppedLate: "已停止：不再尝试。正在生成的图片会完成并显示在这里，可能计费。",
  stoppedUpstream: "已停止：正在请求上游撤回。",
  cancelled: "已停止，上游任务已取消",
  stopped: "在请求上游之前已停止",
  mayBeBilled: "可能已计费。",
  notBilled: "未计费。",
  chargedAgain: (price) => (price === undefined ? "可能再次计费" : `可能再次计费，${price}`),
  doneInPart: (came, of, cost) => `已生成 ${came} / ${of} 张，${cost}`,
  makeMissing: (count) => `补做缺少的 ${count} 张`,
  sameSeed: "沿用此种子",
  compareRest: "与模型原图对比",
  compareLess: "收起对比",
  overBudget: (by) => `超出预算 ${by}`,
  tryExample: "试试雪地里的狐狸",
  notServed: (names, present) =>
    `${names}：没有您可以使用的此名称的模型，或没有渠道提供它。仍选用 ${present}。`,
  picturesGone: (count) => `网址中的 ${count} 张图片已不在此处。`,
  changedOutside: (share) =>
    `蒙版之外的改动：模型生成的图片 ${percent(share)}，其余保持不变的图片 ${percent(0)}。`,
  picturesOf: (now, max) => (now === 0 ? `最多 ${max} 张` : `${now} / ${max}`),
  fromAddress: "从网址添加",
  address: "图片网址",
  addressExample: "https://example.com/fox.jpg",
  takeIt: "添加",
  notTaken: {
    empty: (name) => `${name} 是空文件。`,
    type: (name) => `${name} 不是 PNG、JPEG 或 WebP，请先另存为其中一种。`,
    large: (name) => `${name} 超过 50 MB，请先缩小。`,
    unreadable: (name) => `${name} 无法作为图片读取，可能已损坏。`,
    room: (name, max) =>
      max === 0
        ? `未添加 ${name}：此模型不接受图片。`
        : `未添加 ${name}：此模型最多接受 ${max} 张图片。`,
  },
  preview: (at, of) => `预览 ${at} / ${of}`,
  placeInLine: (place) => `排第 ${place} 位`,
  inLine: (place, wait) => {
    const line = `正在等待：排第 ${place} 位`;
    if (wait === undefined) return line;
    return wait.isMost ? `${line}，最多等 ${wait.seconds} 秒` : `${line}，约 ${wait.seconds} 秒`;
  },
  notCome: "这一张没有生成",
  failedOver: (channel, isBusy, isDoubtful) =>
    `${channel ?? "首选渠道"} ${isBusy ? "繁忙" : "失败"}；${isDoubtful ? "可能已计费" : "未计费"}。`,
  spoken: {
    waiting: "请求正在排队。",
    inLine: (line) => `${line}。`,
    making: (channel, attempt) =>
      `${channel ?? "模型"} 开始生成图片${attempt > 1 ? `，第 ${attempt} 次尝试` : ""}。`,
    preview: (at) => `第 ${at} 张预览已到。`,
    done: (pictures, cost) => `${pictures} 张图片已完成：${cost}。`,
  },
  editPart: "编辑局部",
  furtherWays: "更多操作",
  useAll: "使用其提示词与设置",
  itsRequest: "查看其请求",
  copyAs: (language) => `复制为 ${language}`,
  controls: "模型与设置",
  modelsCompared: (count) => `${count} 个模型`,
  shape: "比例",
  moreOfModel: "此模型的更多选项",
  chosen: (fields) => `已选 ${fields} 项`,
  compression: "文件质量",
  negativePrompt: "要避免的内容",
  noJpeg: "背景要求透明，而 JPEG 不支持透明。",
  noTransparency: "透明背景需要 PNG 或 WebP。",
  sizeRule: (rule) =>
    sentence(
      [ruleParts.multiple, ruleParts.edge, ruleParts.pixels, ruleParts.aspect].flatMap((part) =>
        part(rule),
      ),
    ),
  sizeFaults: {
    empty: () => "请填写宽和高。",
    multiple: (rule) => `此模型要求${ruleParts.multiple(rule).join("")}。`,
    edge: (rule) => `此模型要求${ruleParts.edge(rule).join("")}。`,
    pixels: (rule) => `此模型要求${ruleParts.pixels(rule).join("")}。`,
    aspect: (rule) => `此模型要求${ruleParts.aspect(rule).join("")}。`,
  },
  fields: {
    aspect_ratio: "比例",
    output_compression: "文件质量",
    negative_prompt: "要避免的内容",
    input_fidelity: "与原图的相似度",
    moderation: "审核",
    complexity: "规划",
    provider_options: "选项",
  },
  labels: {
    input_fidelity: "与原图的相似度",
    moderation: "审核",
    complexity: "规划",
  },
  optionsOf: (provider) => `${provider} 的选项`,
  optionsWhere: (provider) => `仅在由 ${provider} 提供此模型时生效。`,
  asProviderDoes: (usual) => (usual === undefined ? "由提供商决定" : `由提供商决定（${usual}）`),
  optionFaults: {
    number: () => "请填写数字。",
    whole: () => "请填写整数。",
    bounds: (bounds) => `请填写${boundsInWords(bounds)}的数字。`,
    json: () => "这不是有效的 JSON。",
  },
  optionImpossible: (typed) => `提供商的选项不能是“${typed.slice(0, 40)}”。`,
  noPriceOf: (option) =>
    `无法估价：${option === undefined ? "选项" : `选项“${option}”`}不会被接受。`,
  needsPicture: (model) => `${model} 用于修改图片：请先添加一张。`,
  promptTooLong: (model, most, now) =>
    `${model} 最多接受 ${count(most)} 个字符；提示词有 ${count(now)} 个。`,
  sizeImpossible: (model) => `${model} 无法生成这个尺寸。`,
  asMade: "模型生成的图片",
  restKept: "其余保持不变",
  asKey: "所用密钥：",
  consoleKey: "控制台的密钥",
  keyGone: "你选择的密钥已不存在或无法使用。从现在起用控制台的密钥生成图片。",
  keyGoneRead: "知道了",
  keyBringsNone: (key, count) =>
    count === 0
      ? `密钥 ${key} 不能编辑图片，因此不接受输入图片。`
      : `密钥 ${key} 不能编辑图片：这里的图片不会随请求发送，可换用其他密钥。`,
  keyNeedsPicture: (key) => `密钥 ${key} 只能编辑图片：请先添加一张。`,
  keyMakesNone: (key) => `密钥 ${key} 不能在此处生成图片。`,
  notTakenByKey: (name, key) => `未添加 ${name}：密钥 ${key} 不能编辑图片。`,
};
