import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type {
  AttemptOutcome,
  NewAttempt,
  NewRequest,
  PictureRecord,
  RequestOutcome,
} from "../../src/store/request-records.ts";
import type { AuditEntry } from "../../src/core/audit.ts";
import type { StoredKey } from "../../src/core/key.ts";
import type { Store } from "../../src/store/store.ts";

/** Opens an empty store that is closed and gone after the test. */
export type OpenEmpty = () => Promise<Store>;

export const sampleKey: StoredKey = {
  id: "key_1",
  name: "dev",
  digest: "d".repeat(64),
  hint: "wxyz",
  models: ["gpt-*", "sandbox-fast"],
  operations: ["generation", "edit"],
  strict: true,
  disabled: false,
  expiresAt: 2_000_000_000_000,
  createdAt: 1_700_000_000_000,
  limits: { rpm: 60, ipm: null, ipd: 500, concurrency: 4 },
  budgets: [
    { nano: 9_000_000_000_000_000, period: "month", models: null, hard: true, raise: null },
    {
      nano: 1,
      period: "day",
      models: ["gpt-*"],
      hard: false,
      raise: { nano: 2, until: 2_000_000_000_000 },
    },
  ],
  ipAllow: ["10.0.0.0/8", "2001:db8::/32"],
  userId: "ann",
  teamId: "art",
  labels: ["nightly", "project=fox"],
  previous: null,
  version: 1,
  removedAt: null,
};

let entries = 0;

/** The row of the audit for a change of a key. */
export function keyEntry(change: Partial<AuditEntry> = {}): AuditEntry {
  entries += 1;
  return {
    id: `aud_key_${entries}`,
    at: 7000,
    who: "admin",
    address: "127.0.0.1",
    requestId: null,
    action: "change",
    resource: "key",
    resourceId: "key_1",
    before: null,
    after: null,
    ...change,
  };
}

export function request(id: string, change: Partial<NewRequest> = {}): NewRequest {
  return {
    id,
    keyId: "key_1",
    clientRequestId: null,
    operation: "generation",
    model: "sandbox-fast",
    n: 1,
    fields: `{"prompt":"a \\"fox\\""}`,
    createdAt: 1000,
    holdNano: 40_000_000,
    holdLeaseUntil: 60_000,
    idempotencyKey: null,
    fingerprint: "f".repeat(64),
    owner: null,
    prices: [],
    newPrices: [],
    ...change,
  };
}

export function attempt(requestId: string, change: Partial<NewAttempt> = {}): NewAttempt {
  return {
    id: `${requestId}-0-1`,
    requestId,
    call: 0,
    attempt: 1,
    channelId: "main",
    providerId: "sandbox",
    upstreamModel: "fast",
    startedAt: 1001,
    boundNano: 0,
    ...change,
  };
}

export function attemptOutcome(
  requestId: string,
  change: Partial<AttemptOutcome> = {},
): AttemptOutcome {
  return {
    id: `${requestId}-0-1`,
    state: "succeeded",
    errorCode: null,
    evidence: null,
    detail: null,
    providerNano: 30_000_000,
    finishedAt: 2000,
    ...change,
  };
}

export const samplePicture: PictureRecord = {
  index: 0,
  blobId: "ab".repeat(16),
  format: "png",
  width: 1024,
  height: 768,
  byteLength: 123_456,
  revisedPrompt: "a red fox",
  urlUntil: 3_602_000,
  keptUntil: 86_402_000,
};

export function outcome(id: string, change: Partial<RequestOutcome> = {}): RequestOutcome {
  return {
    id,
    state: "succeeded",
    errorCode: null,
    errorMessage: null,
    errorParam: null,
    answer: {
      created: 2,
      form: { url: true, base64: false },
      shape: "full",
      channelId: "main",
      price: "priced",
      pictures: [{ quality: "high", background: null }],
    },
    replayable: true,
    doubtful: false,
    costNano: 30_000_000,
    settledNano: change.costNano === undefined ? 30_000_000 : change.costNano,
    usage: {
      input_tokens: 3,
      output_tokens: 4,
      total_tokens: 7,
      input_tokens_details: { text_tokens: 3, image_tokens: 0 },
    },
    warnings: [{ param: "style", code: "unsupported_parameter", message: "style was left out" }],
    pictures: [samplePicture],
    attempts: [attemptOutcome(id)],
    servedModel: "sandbox-fast",
    finishedAt: 2000,
    ...change,
  };
}

/** A folder of this test's own, gone after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pinhole-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
