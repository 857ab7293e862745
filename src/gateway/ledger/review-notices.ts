import { type NewNotice, type Notice, noticeId } from "../../core/notice.ts";
import type { Calendar } from "../../money/calendar.ts";
import type { Store } from "../../store/store.ts";
import { type BudgetedParts, watchedBudgets } from "./budget-notices.ts";

/** A machine's clock that is wrong by more is told. */
const clockMsMax = 30_000;

/** The parts that a review works with. */
export interface ReviewParts {
  readonly store: Pick<Store, "budgets" | "notices">;
  readonly calendar: Calendar;
  readonly now: () => number;
  /** The machine's name. */
  readonly host: string;
  /** The machine's clock less the database's, milliseconds. */
  readonly clockWrongMs: () => number;
}

/**
 * Looks at all that a notice may be about: writes those that no settlement has written (a budget that was made smaller,
 * a clock), and says of those whose matter is over that it is. Any number of nodes may do so at once.
 */
export async function reviewNotices(parts: ReviewParts, budgeted: BudgetedParts): Promise<void> {
  const { store, now, host } = parts;
  const open = await store.notices.open();
  const due = [...(await dueBudgets(parts, budgeted)), ...dueClock(parts, open)];
  const ids = new Set(due.map((matter) => noticeId(matter, "raised")));
  const known = new Set(open.map(({ id }) => id));
  const missing = due.filter((matter) => !known.has(noticeId(matter, "raised")));
  if (missing.length > 0) await store.notices.raise(missing);
  for (const notice of open) {
    if (ids.has(notice.id)) continue;
    if (await isOver(parts, notice, host)) await store.notices.end(notice.id, now());
  }
}

async function dueBudgets(
  { store, calendar, now }: ReviewParts,
  budgeted: BudgetedParts,
): Promise<NewNotice[]> {
  const at = now();
  const watched = watchedBudgets(calendar, budgeted, at);
  if (watched.length === 0) return [];
  const states = await store.budgets.states(watched.map(({ counter }) => counter));
  return watched.flatMap(({ thresholds, notice }, index) => {
    const spent = BigInt(states[index]?.spentNano ?? 0);
    return thresholds
      .filter(({ nano }) => spent >= nano)
      .map((threshold) => ({ ...notice(threshold, at), spentNano: String(spent) }));
  });
}

/** The clock of this machine, where it is wrong: once a day, and not anew while a notice of it is open. */
function dueClock(
  { now, host, clockWrongMs }: ReviewParts,
  open: readonly Notice[],
): readonly NewNotice[] {
  const wrongMs = clockWrongMs();
  if (Math.abs(wrongMs) <= clockMsMax) return [];
  const known = open.find(({ kind, object }) => kind === "clock_off" && object === host);
  if (known !== undefined) return [{ ...known, at: known.createdAt }];
  const at = now();
  const seconds = String(Math.round(Math.abs(wrongMs) / 1000));
  const side = wrongMs > 0 ? "ahead of" : "behind";
  return [
    {
      kind: "clock_off",
      object: host,
      period: new Date(at).toISOString().slice(0, 10),
      threshold: "",
      basis: "",
      at,
      facts: { seconds, side },
    },
  ];
}

/** True where the matter of a notice, which is not due any more as far as this node knows, is over. */
async function isOver(
  { store }: ReviewParts,
  { kind, object, createdAt, facts }: Notice,
  host: string,
): Promise<boolean> {
  // Only the machine itself knows of its clock.
  if (kind === "clock_off") return object === host;
  if (kind !== "price_unknown") return true;
  const { channel, model } = facts;
  return store.notices.isPriceKnown(channel ?? "", model ?? "", createdAt);
}
