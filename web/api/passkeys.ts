import { queryOptions } from "@tanstack/react-query";
import { ask } from "./ask.ts";
import type { Session } from "./session.ts";

/** A passkey of the person who is signed in. */
export interface PasskeyEntry {
  readonly id: string;
  readonly name: string;
  /** On one device, or on several that its maker keeps alike. */
  readonly device: "single" | "several";
  readonly backed_up: boolean;
  readonly created_at: string;
  readonly used_at: string | null;
}

interface Question {
  readonly flow: string;
  readonly options: unknown;
}

/** True where the browser has passkeys and reads a gateway's questions by itself. */
export function hasPasskeys(): boolean {
  return (
    "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in window.PublicKeyCredential
  );
}

export const passkeysQuery = queryOptions({
  queryKey: ["passkeys"],
  queryFn: async () =>
    (await ask<{ readonly data: readonly PasskeyEntry[] }>("GET", "/admin/v1/passkeys")).data,
});

/** Signs in by a passkey of this device. Throws where the person does not go on. */
export async function signInByPasskey(): Promise<Session> {
  const { flow, options } = await ask<Question>("POST", "/admin/v1/sign-in/passkey/question");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    // The gateway's question is what browsers read.
    options as PublicKeyCredentialRequestOptionsJSON,
  );
  const response = jsonOf(await navigator.credentials.get({ publicKey }));
  return ask("POST", "/admin/v1/sign-in/passkey", { body: { flow, response } });
}

/** Has this device make a passkey. `password`: of a session that is not new. */
export async function addPasskey(input: {
  readonly name: string;
  readonly password: string;
}): Promise<PasskeyEntry> {
  const { flow, options } = await ask<Question>("POST", "/admin/v1/passkeys/question", {
    body: input.password === "" ? {} : { password: input.password },
  });
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as PublicKeyCredentialCreationOptionsJSON,
  );
  const response = jsonOf(await navigator.credentials.create({ publicKey }));
  return ask("POST", "/admin/v1/passkeys", { body: { flow, name: input.name, response } });
}

function jsonOf(credential: Credential | null): unknown {
  if (credential instanceof PublicKeyCredential) return credential.toJSON();
  throw new DOMException("The device gave no passkey.", "NotAllowedError");
}

export const renamePasskey = (id: string, name: string): Promise<PasskeyEntry> =>
  ask("PATCH", `/admin/v1/passkeys/${encodeURIComponent(id)}`, { body: { name } });

export const removePasskey = (id: string): Promise<void> =>
  ask("DELETE", `/admin/v1/passkeys/${encodeURIComponent(id)}`);

/** True where it was the person or the device that did not go on, of which nothing more is known. */
export function isLeftOff(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "NotAllowedError";
}

/** True where the device has a passkey of this person already. */
export function isThereAlready(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "InvalidStateError";
}
