import type { TestGateway } from "./gateway.ts";

/** A request's record as the admin API shows it; tests compare what they use of it. */
export interface ShownRecord {
  readonly state: string;
  readonly cost_usd: string | null;
  readonly usage: unknown;
  readonly hold: { readonly usd: string; readonly state: string } | null;
  readonly attempts: readonly {
    readonly channel: string;
    readonly state: string;
    readonly call: number;
    readonly attempt: number;
    readonly evidence: string | null;
    readonly provider_usd: string | null;
  }[];
}

/** The record of a request once it is closed. It is written after the answer: asked for until it is. */
export async function recordOf(
  gateway: Pick<TestGateway, "url" | "adminToken">,
  id: string | null,
): Promise<ShownRecord> {
  for (;;) {
    const response = await fetch(`${gateway.url}/admin/v1/requests/${id}`, {
      headers: { authorization: `Bearer ${gateway.adminToken}` },
    });
    // The gateway's own answer.
    const record = (await response.json()) as ShownRecord;
    if (record.state !== "running") return record;
  }
}
