import type { Calendar } from "../../money/calendar.ts";
import type { Store } from "../../store/store.ts";

/** The setting that names the time zone whose days the totals are by. */
const zoneSetting = "totals_time_zone";

/**
 * Counts the totals by the days of this time zone, where they are by another's or have never been counted: the ledger
 * has the moment of every request, so that no sum is lost. What an interrupted start left undone the next one does.
 */
export async function countTotals(
  { settings, totals }: Pick<Store, "settings" | "totals">,
  calendar: Calendar,
): Promise<void> {
  const { timeZone } = calendar;
  if ((await settings.get(zoneSetting)) === timeZone) return;
  const span = await totals.span();
  const days = span === null ? [] : calendar.daysFrom(span.from, span.to);
  for (const day of days) await totals.count(day);
  await totals.trim(days[0]?.day ?? "", days.at(-1)?.day ?? "");
  await settings.set(zoneSetting, timeZone);
}
