/** Words of budgets in English: of their page, and of the part of forms that has them. */
export const budgetsEn = {
  title: "Budgets",
  state: (budgets: number, used: number) =>
    budgets === 0
      ? "No budget yet"
      : `${budgets === 1 ? "1 budget" : `${budgets} budgets`}, ${used === 0 ? "none used up" : `${used} used up`}`,
  set: "Set a budget",
  of: "Of",
  all: "All",
  kinds: { team: "Teams", user: "Users", key: "Keys", channel: "Channels" },
  ones: { team: "Team", user: "User", key: "Key", channel: "Channel" },
  list: "Budgets, the fullest first",
  none: "No budget is set. Without one, who has a key spends as much as the models cost.",
  budgetsOf: (name: string) => `Budgets of ${name}`,
  requests: "Its requests",
  refused: "What was refused for a budget",
  teams: "An owner or administrator sets what the team may spend.",
  whose: "Whose it is",
  choose: "Choose one",
  noneToChoose: "There is none that could be changed here.",
  goOn: "Go on",
  spentOf: (spent: string, limit: string, period: string) =>
    `${spent} of ${limit}${({ day: " a day", week: " a week", month: " a month" } as Record<string, string>)[period] ?? " in all"}`,
  left: (left: string, used: string) => `${left} left, ${used} used`,
  usedUp: "used up: requests are refused",
  exceeded: "exceeded",
  reserved: (usd: string) => `${usd} reserved by what runs`,
  raised: (raise: string) => `raised: ${raise}`,
  soft: "refuses nothing",
  resets: (when: string) => `begins anew ${when}`,
  never: "never begins anew",
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
