import type { Actor } from "../core/role.ts";
import type { AuditStamp } from "../store/identity-records.ts";
import type { IdentityPorts, Origin } from "./ports.ts";

/** The stamp of what somebody does by coming in or going; `who` is named where it is known. */
export function arrivalStamp(
  { newId, now }: Pick<IdentityPorts, "newId" | "now">,
  { address, requestId }: Origin,
  who = "nobody",
): AuditStamp {
  return { id: newId("aud"), at: now(), who, address, requestId };
}

/** The stamp of a change for the audit. Nobody: the gateway itself, or what else made it. */
export function stampOf(
  { newId, now }: Pick<IdentityPorts, "newId" | "now">,
  by: Actor | undefined,
  otherwise = "gateway",
): AuditStamp {
  const who =
    by === undefined ? otherwise : by.kind === "environment" ? "admin" : `${by.kind} ${by.id}`;
  return {
    id: newId("aud"),
    at: now(),
    who,
    address: by?.address ?? null,
    requestId: by?.requestId ?? null,
  };
}
