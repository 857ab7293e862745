import type { MakeWords } from "./make-en.ts";

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
};
