import { expect, test } from "vitest";
import { providers } from "../../src/providers/index.ts";
import { keyWorld } from "./keys-world.ts";

interface Answer {
  readonly data: readonly { readonly id: string; readonly name: string }[];
  readonly settings: {
    readonly properties: Readonly<Record<string, { readonly secret?: boolean }>>;
    readonly required: readonly string[];
  };
}

test("all providers are listed by name, and one tells the settings of its channels with its credentials marked, and its models", async () => {
  const { admin } = await keyWorld();
  const { data } = (await admin("GET", "/providers")).body as unknown as Answer;
  expect(data.map(({ id }) => id).toSorted()).toEqual(providers.map(({ id }) => id).toSorted());
  expect(data).toContainEqual({ id: "openai", name: "OpenAI" });
  const { body } = await admin("GET", "/providers/openai");
  expect(body).toMatchObject({ id: "openai", name: "OpenAI", open_ended: false });
  expect(body).toMatchObject({
    models: expect.arrayContaining([expect.objectContaining({ name: "gpt-image-2" })]),
  });
  const { properties, required } = (body as unknown as Answer).settings;
  expect(required).toEqual(["api_key"]);
  const secrets = Object.entries(properties).filter(([, { secret }]) => secret === true);
  expect(secrets.map(([name]) => name)).toEqual(["api_key"]);
  expect((await admin("GET", "/providers/nobody")).status).toBe(404);
});
