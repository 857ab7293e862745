import { type NewNotice, type Notice, noticeId } from "../../core/notice.ts";
import type { Calendar } from "../../money/calendar.ts";
import type { Store } from "../../store/store.ts";
import { dueStanding, isStandingOver, type StandingParts } from "./standing-notices.ts";
import { type BudgetedParts, watchedBudgets } from "./budget-notices.ts";

/** The parts that a review works with. */
export interface ReviewParts extends StandingParts {
  readonly store: Pick<Store, "budgets" | "notices">;
  readonly calendar: Calendar;
}

/**
 * Looks at all that a notice may be about: writes those that no settlement has written (a budget that was made smaller,
 * a clock, files, entries), and says of those whose matter is over that it is. Any number of nodes may do so at once.
 */
export async function reviewNotices(parts: ReviewParts, budgeted: BudgetedParts): Promise<void> {
  const { store, now } = parts;
  const open = await store.notices.open();
  const due = [...(await dueBudgets(parts, budgeted)), ...dueStanding(parts, open)];
  const ids = new Set(due.map((matter) => noticeId(matter, "raised")));
  const known = new Set(open.map(({ id }) => id));
  const missing = due.filter((matter) => !known.has(noticeId(matter, "raised")));
  if (missing.length > 0) await store.notices.raise(missing);
  for (const notice of open) {
    if (ids.has(notice.id)) continue;
    if (await isOver(parts, notice)) await store.notices.end(notice.id, now());
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

/** True where the matter of a notice, which is not due any more as far as this node knows, is over. */
async function isOver(parts: ReviewParts, notice: Notice): Promise<boolean> {
  const { kind, createdAt, facts } = notice;
  if (kind === "clock_off" || kind === "files_differ" || kind === "entry_faulty")
    return isStandingOver(parts, notice, kind);
  if (kind !== "price_unknown") return true;
  const { channel, model } = facts;
  return parts.store.notices.isPriceKnown(channel ?? "", model ?? "", createdAt);
}
