import { codeDigest, newCode } from "./codes.ts";
import type { IdentityPorts } from "./ports.ts";

/** The time that a sign-in may take elsewhere: at an identity provider, or at a finger's touch. */
export const flowLifeMs = 10 * 60_000;

/** Sign-ins under way: what must be compared when they come back, each once. */
export interface Flows {
  /** Puts a value away and returns the code under which the browser finds it again. */
  begin(value: object): Promise<string>;
  /** Undefined where there is none, or it was taken or has expired. */
  take(code: string): Promise<unknown>;
}

export function createFlows({ store, now, randomBytes }: IdentityPorts): Flows {
  return {
    async begin(value) {
      const code = newCode(randomBytes);
      const digest = codeDigest(code) ?? "";
      await store.flows.begin({ digest, value: JSON.stringify(value), until: now() + flowLifeMs });
      return code;
    },
    async take(code) {
      const digest = codeDigest(code);
      const value = digest && (await store.flows.take(digest, now()));
      return value ? (JSON.parse(value) as unknown) : undefined;
    },
  };
}
