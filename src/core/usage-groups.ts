/** The things that usage is told by. */
export const usageGroups = ["key", "user", "team", "model", "channel", "label", "day"] as const;
export type UsageGroup = (typeof usageGroups)[number];
