import { describe, expect, test } from "vitest";
import { Secret } from "../../../src/core/secret.ts";
import provider from "../../../src/providers/azure-openai/index.ts";
import { authorizeInput } from "../contract-run.ts";

const base_url = "https://acme.openai.azure.com";
const entra = { tenant_id: "t", client_id: "c", client_secret: "s-secret" };

describe("settings", () => {
  test.each([{}, { api_key: "k", token: "t" }, { api_key: "k", entra }, { token: "t", entra }])(
    "exactly one way to sign in: %j is none",
    (given) => {
      expect(provider.settings.safeParse({ base_url, ...given }).success).toBe(false);
    },
  );

  test.each([
    "https://acme.openai.azure.com/",
    "https://acme.openai.azure.com/openai/v1/",
    "https://acme.openai.azure.com/openai",
  ])("the endpoint may be written as %s", (written) => {
    expect(provider.settings.parse({ base_url: written, api_key: "k" }).base_url).toBe(base_url);
  });

  test("a tenant cannot lead the secret to another address", () => {
    const given = { base_url, entra: { ...entra, tenant_id: "../evil?x=" } };
    expect(provider.settings.safeParse(given).success).toBe(false);
  });
});

describe("an Entra ID token", () => {
  const settings = provider.settings.parse({ base_url, entra });

  /** How long a token of so many seconds is kept, in milliseconds. */
  async function keptFor(seconds: unknown): Promise<number> {
    let kept = 0;
    await provider.authorize({
      ...authorizeInput(settings),
      now: () => 1_000_000,
      http: { post: async () => ({ access_token: "token", expires_in: seconds }) },
      cache: {
        async get(_key, make) {
          const made = await make();
          kept = made.expiresAt - 1_000_000;
          return made.value;
        },
      },
    });
    return kept;
  }

  test("is kept until five minutes before its end, a short one for half its life", async () => {
    expect(await keptFor(3600)).toBe(3_300_000);
    expect(await keptFor("3599")).toBe(3_299_000);
    expect(await keptFor(60)).toBe(30_000);
  });

  test("of one application is not another's", async () => {
    const keys = new Set<string>();
    for (const change of [{}, { tenant_id: "u" }, { client_id: "d" }, { client_secret: "other" }]) {
      await provider.authorize({
        ...authorizeInput(provider.settings.parse({ base_url, entra: { ...entra, ...change } })),
        cache: {
          async get(key) {
            keys.add(key);
            return new Secret("token");
          },
        },
      });
    }
    expect(keys.size).toBe(4);
    expect([...keys].join()).not.toContain("s-secret");
  });

  test("that is missing from the answer leaves the request free for the next target", async () => {
    const input = { ...authorizeInput(settings), http: { post: async () => ({}) } };
    await expect(Promise.resolve(provider.authorize(input))).rejects.toMatchObject({
      code: "upstream_refused",
    });
  });
});

test("moderation reaches the upstream only where the operator says so", () => {
  const takes = (given: object) =>
    provider
      .narrow?.(provider.settings.parse({ base_url, api_key: "k", ...given }))
      .takes("moderation");
  expect(takes({})).toBe(false);
  expect(takes({ moderation: true })).toBe(true);
});

test("cards: PNG and JPEG only, in and out", () => {
  for (const card of provider.models) {
    expect(card.formats).toEqual(["png", "jpeg"]);
    expect(card.images?.formats).toEqual(["png", "jpeg"]);
  }
});
