import { queryOptions } from "@tanstack/react-query";
import { ApiError, ask } from "../../api/ask.ts";
import { everyPage } from "../../api/every-page.ts";
import type { Edition } from "../editing/editing.ts";

/** The policies, the default model first; each is an entry of its own. */
export const policyIds = [
  "default_model",
  "strict",
  "style",
  "resample",
  "variations_as_edits",
  "successors",
  "repeat_window",
] as const;

export type PolicyId = (typeof policyIds)[number];

/** A policy that the file or the database sets. */
export interface PolicyEntry {
  readonly id: string;
  readonly value: boolean | string;
  /** Counts its changes; 0: the file has it. */
  readonly version: number;
  readonly declared_at: string | null;
  readonly shadowed: boolean;
  readonly fault: string | null;
}

const path = "/admin/v1/policies";

export const policiesQuery = queryOptions({
  queryKey: ["policies"],
  queryFn: ({ signal }) => everyPage<PolicyEntry>(path, signal),
});

/** The place of what counts while neither the file nor anybody says otherwise. */
const builtIn = "built in";

/** True where nobody has set a policy: what is built in gives way to whatever is set. */
export function isBuiltIn({ declared_at: place }: PolicyEntry): boolean {
  return place === builtIn;
}

/** The value of a policy as its form has it; empty: nobody sets it. */
export interface PolicyFields {
  readonly value: string;
}

/** A policy as its form shows it; undefined: nobody sets it. */
export function policyEdition(policy: PolicyEntry | undefined): Edition<PolicyFields> {
  return { version: policy?.version ?? 0, fields: { value: String(policy?.value ?? "") } };
}

/** Sets a policy from the version that it was read at, or takes it away where its value is empty. */
export async function savePolicy(
  id: PolicyId,
  { version, fields: { value } }: Edition<PolicyFields>,
): Promise<unknown> {
  const of = `${path}/${id}`;
  const headers = { "if-match": `"${version}"` };
  if (value === "") return ask("DELETE", of, { headers });
  const body = { value: value === "true" || (value === "false" ? false : value) };
  if (version > 0) return ask("PUT", of, { body, headers });
  try {
    return await ask("POST", path, { body: { id, ...body } });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    // Somebody else has made it meanwhile: the refusal of this one tells what stands.
    return ask("PUT", of, { body, headers });
  }
}
