/** Words of budgets in English: of their page, and of the part of forms that has them. */
export const budgetsEn = {
  form: {
    budgets: "Budgets",
    budget: (place: number) => `Budget ${place}`,
    none: "None of its own.",
    add: "Add a budget",
    remove: "Remove",
    removeOne: (place: number) => `Remove budget ${place}`,
    usd: "US dollars",
    period: "Begins anew",
    periods: { day: "Each day", week: "Each week", month: "Each month", total: "Never" },
    hard: "Refuse what goes beyond it",
    hardMeans: "A request that does not fit is refused before anything is asked upstream.",
    softMeans: "It counts and refuses nothing; a notice tells when it is exceeded.",
    notifyAt: "Tell at, in per cent",
    notifyHint: "With commas between them, such as 80, 100. Empty: not at all.",
    models: "Of these models alone",
    modelsHint: "As clients name them; a * at the end stands for the rest. Empty: all.",
    raise: "Raised by, US dollars",
    raiseHint: "On top of it. Empty: not raised.",
    until: "Raised until",
    untilHint: "A day such as 2027-01-31. Empty: for good.",
  },
  short: {
    day: (usd: string) => `${usd} a day`,
    week: (usd: string) => `${usd} a week`,
    month: (usd: string) => `${usd} a month`,
    total: (usd: string) => `${usd} in all`,
  },
};

/** The shape that every other language must have. */
export type BudgetsWords = typeof budgetsEn;
