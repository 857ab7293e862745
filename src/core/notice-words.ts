import { dollarsInText } from "./dollars.ts";
import { usdText } from "./money.ts";
import type { Notice, NoticeKind } from "./notice.ts";

/** A notice in words: one line, and a sentence that says what to do where something is to be done. */
export interface NoticeWords {
  readonly title: string;
  readonly text: string;
}

const whose = { key: "key", user: "user", team: "team", channel: "channel" } as const;

/** The words of a notice, for people. */
export function noticeWords(notice: Notice): NoticeWords {
  const { title, text, over } = raisedWords[notice.kind](notice);
  return notice.state === "raised" ? { title, text } : { title: `Over: ${title}`, text: over };
}

interface RaisedWords extends NoticeWords {
  /** The sentence for its end. */
  readonly over: string;
}

const raisedWords: Readonly<Record<NoticeKind, (notice: Notice) => RaisedWords>> = {
  budget_threshold: budgetWords,
  budget_exceeded: budgetWords,
  clock_off: ({ object, facts: { seconds, side } }) => ({
    title: `The clock of ${object} is wrong`,
    text: `It is ${seconds ?? ""} s ${side ?? ""} the database's, by which all times go; set the machine's clock.`,
    over: "It agrees with the database's again.",
  }),
  files_differ: ({ facts: { files } }) => ({
    title: "Gateways of this database go by different configuration files",
    text: `${files ?? ""}; give all of them the same file, and reload those that have another.`,
    over: "All of them go by the same file again.",
  }),
  entry_faulty: ({ object, facts: { fault } }) => ({
    title: `The ${object} of the database is at fault`,
    text: fault ?? "",
    over: "It is read without a fault again, or is there no more.",
  }),
  price_unknown: ({ facts: { model, channel } }) => ({
    title: `The price of ${model ?? ""} on channel ${channel ?? ""} is unknown`,
    text: "A request was settled at its bound, or at nothing where it has none; set the model's `price`.",
    over: "A request for it was charged at a known price again.",
  }),
};

function budgetWords({ kind, threshold, spentNano, facts }: Notice): RaisedWords {
  const { scope, limit_usd: limit, period, resets_at: resets } = facts;
  const owner = whose[scope === "user" || scope === "team" || scope === "channel" ? scope : "key"];
  const named = `The budget of ${owner} ${facts["name"] ?? ""}`;
  const span = period === "total" ? "in total" : `a ${period ?? ""}`;
  const spent = spentNano === null ? "" : `${dollarsInText(usdText(BigInt(spentNano)))} of `;
  const until =
    resets === null || resets === undefined ? "" : `; it begins anew at ${minuteText(resets)}`;
  const share = Math.round(Number(threshold) * 1000) / 10;
  return {
    title: kind === "budget_exceeded" ? `${named} is exceeded` : `${named} is spent to ${share} %`,
    text: `${spent}${dollarsInText(limit ?? "0")} ${span} is spent${until}.`,
    over: "It is below that again: a new period has begun, or the budget was changed.",
  };
}

/** An ISO time to the minute, as people read it: `2026-12-01 00:00 UTC`. */
function minuteText(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}
