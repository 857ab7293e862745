import type { RequestOutcome } from "./request-records.ts";

/** True where the fields of a request's record, as JSON, say that its end user was forgotten. */
export function isForgotten(fields: string): boolean {
  return /"erased":true/.test(fields);
}

/** The outcome of a request whose end user was forgotten meanwhile: how it ended and what it cost, and nothing that it said or made. */
export function forgottenOutcome(outcome: RequestOutcome): RequestOutcome {
  const { account, booking } = outcome;
  return {
    ...outcome,
    replayable: false,
    doubtful: false,
    errorMessage: null,
    errorParam: null,
    trace: undefined,
    warnings: [],
    attempts: outcome.attempts.map((attempt) => ({ ...attempt, detail: null })),
    pictures: outcome.pictures.map((picture) => ({
      ...picture,
      blobId: null,
      urlUntil: null,
      keptUntil: null,
      revisedPrompt: null,
    })),
    account: account && { ...account, payer: { ...account.payer, labels: [] } },
    booking: booking && { ...booking, payer: { ...booking.payer, labels: [] } },
  };
}
