import { asPinholeError } from "../../core/errors.ts";
import type { GatewayLog } from "../../core/log.ts";
import type { RequestOutcome } from "../../store/request-records.ts";
import type { SettlementJournal } from "../../store/settlement-journal.ts";
import type { Store } from "../../store/store.ts";

/** Time that an answer waits for the commit of its settlement, milliseconds. */
const commitMsMax = 5000;

/** The parts that settling works with. */
export interface SettleParts {
  readonly journal: SettlementJournal;
  readonly log: GatewayLog;
}

/**
 * Resolves when a settlement is safe, so that the end of its answer may go: committed, or, where the database
 * takes longer, in the journal. `written` says whether it was committed in the end. Never rejects.
 */
export async function settled(
  { journal, log }: SettleParts,
  outcome: RequestOutcome,
  written: Promise<boolean>,
): Promise<void> {
  if (await inTime(written)) return;
  const tell = (thrown: unknown, message: string): void => {
    const { detail, message: said } = asPinholeError(thrown);
    log.error({ request_id: outcome.id, detail: detail ?? said }, message);
  };
  try {
    await journal.add(outcome);
  } catch (thrown) {
    // The picture is made and paid: keeping it from its client would help nobody.
    tell(thrown, "a settlement could be written neither to the database nor to the journal");
    return;
  }
  log.warn({ request_id: outcome.id }, "a settlement waits in the journal for the database");
  const forget = async (): Promise<void> => {
    if (await written) await journal.remove(outcome.id);
  };
  forget().catch((thrown: unknown) => tell(thrown, "a settlement could not leave the journal"));
}

/** The result of a commit, or false where it takes too long for an answer to wait. */
async function inTime(written: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, commitMsMax, false);
  });
  const isCommitted = await Promise.race([written, late]);
  clearTimeout(timer);
  return isCommitted;
}

/** The parts that showing pictures works with. */
interface ShowParts {
  readonly store: { readonly requests: Pick<Store["requests"], "shown"> };
  readonly log: GatewayLog;
  readonly now: () => number;
}

/**
 * A function that writes, once, that a client is about to see the first of several pictures: were this process to end
 * before the others are made, what was held would be owed. It resolves with the commit, or without it after the time
 * that an answer waits.
 */
export function showing({ store, log, now }: ShowParts, requestId: string): () => Promise<void> {
  let safe: Promise<void> | undefined;
  const tell = (thrown: unknown): false => {
    const { detail, message } = asPinholeError(thrown);
    const fields = { request_id: requestId, detail: detail ?? message };
    log.error(fields, "it could not be written that a client was shown a picture");
    return false;
  };
  const write = async (): Promise<void> => {
    const written = store.requests.shown(requestId, now()).then(() => true, tell);
    await inTime(written);
  };
  return () => (safe ??= write());
}

/** Brings what an earlier process left in the journal into the database; returns how many settlements. */
export async function settleLeft(
  { journal, log }: SettleParts,
  requests: Pick<Store["requests"], "finish">,
): Promise<number> {
  const left = await journal.left();
  for (const outcome of left) {
    try {
      await requests.finish(outcome);
      await journal.remove(outcome.id);
    } catch (thrown) {
      const { detail, message } = asPinholeError(thrown);
      log.error(
        { request_id: outcome.id, detail: detail ?? message },
        "a settlement of the journal could not be written; its file stays",
      );
    }
  }
  return left.length;
}
