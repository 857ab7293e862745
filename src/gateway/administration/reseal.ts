import type { Sealer } from "../../core/envelope.ts";
import type { GatewayLog } from "../../core/log.ts";
import type { Resealed } from "../../store/resource-records.ts";
import type { Store } from "../../store/store.ts";
import { resealed } from "./resource-secrets.ts";

/** Rows whose credentials one commit seals again. */
const rowsMax = 100;

/**
 * Seals with today's secret what the one of before has sealed, a hundred rows a commit. Of nodes that do it at once each
 * row is changed by one. Returns how many rows.
 */
export async function resealAll(
  { resources }: Pick<Store, "resources">,
  sealer: Sealer,
  log: GatewayLog,
): Promise<number> {
  const due = (await resources.all()).flatMap((row): Resealed[] => {
    const to = resealed(sealer, row);
    return to === undefined ? [] : [{ kind: row.kind, id: row.id, from: row.secrets, to }];
  });
  for (let at = 0; at < due.length; at += rowsMax)
    await resources.reseal(due.slice(at, at + rowsMax));
  if (due.length > 0) log.info({ rows: due.length }, "credentials were sealed with today's secret");
  return due.length;
}
