import { z } from "zod";
import { defineCard, type ModelCard } from "../../core/model-card.ts";
import { secretSchema } from "../../core/provider.ts";
import type { Secret } from "../../core/secret.ts";
import { baseUrl } from "../settings.ts";
import { sideMultiple } from "./settings.ts";

/** Settings by which a web UI is reached. `words`: what its page says of address and user name. */
export function webUiAccess(words: { readonly address: string; readonly username: string }) {
  return {
    base_url: baseUrl("http://127.0.0.1:7860", words.address),
    username: z.string().min(1).optional().describe(words.username),
    password: secretSchema.optional().describe("Password that goes with the user name."),
  };
}

interface Credentials {
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
}

/** For `.refine` of settings with `webUiAccess`. */
export const bothOrNeither: [
  check: (given: Credentials) => boolean,
  words: { message: string; path: PropertyKey[] },
] = [
  ({ username, password }) => (username === undefined) === (password === undefined),
  { message: "needs both a user name and a password, or neither", path: ["password"] },
];

/** HTTP's Basic authentication, where a user name is set, for `authorize`. */
export function webUiAuthorization({
  settings: { username, password },
}: {
  readonly settings: Credentials;
}): Readonly<Record<string, string>> {
  if (username === undefined || password === undefined) return {};
  const pair = Buffer.from(`${username}:${password.reveal()}`, "utf8").toString("base64");
  return { authorization: `Basic ${pair}` };
}

/** Any checkpoint: what the servers do for all of them. The operator's own card may say more. */
export const webUiCard: ModelCard = defineCard({
  name: "any",
  operations: ["generation", "edit"],
  n: 4,
  size_rule: {
    multiple: sideMultiple,
    edge_min: 64,
    edge_max: 2048,
    pixels_max: 4_194_304,
  },
  qualities: ["low", "medium", "high"],
  formats: ["png"],
  images: { max: 1 },
  mask: { polarity: "white", binary: true },
  parameters: ["seed", "negative_prompt"],
  streaming: true,
  failures_billed: false,
  price: "free",
});
