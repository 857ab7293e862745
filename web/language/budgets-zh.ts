import type { BudgetsWords } from "./budgets-en.ts";

/** Words of budgets in Simplified Chinese. */
export const budgetsZh: BudgetsWords = {
  form: {
    budgets: "预算",
    budget: (place) => `预算 ${place}`,
    none: "没有自己的预算。",
    add: "添加预算",
    remove: "移除",
    removeOne: (place) => `移除预算 ${place}`,
    usd: "美元",
    period: "重新计算",
    periods: { day: "每天", week: "每周", month: "每月", total: "从不" },
    hard: "超出即拒绝",
    hardMeans: "放不下的请求会在询问上游之前被拒绝。",
    softMeans: "只计数，不拒绝；超出时会发出通知。",
    notifyAt: "提醒比例（%）",
    notifyHint: "用逗号分隔，例如 80, 100。留空则不提醒。",
    models: "仅限这些模型",
    modelsHint: "按客户端使用的名称；末尾的 * 代表其余部分。留空则为全部。",
    raise: "临时提高（美元）",
    raiseHint: "在原额度之上增加。留空则不提高。",
    until: "提高至",
    untilHint: "日期，例如 2027-01-31。留空则一直有效。",
  },
  short: {
    day: (usd) => `每天 ${usd}`,
    week: (usd) => `每周 ${usd}`,
    month: (usd) => `每月 ${usd}`,
    total: (usd) => `总计 ${usd}`,
  },
};
