import { expect, test } from "vitest";
import { EncodedPicture } from "../../../src/core/wire.ts";
import { Secret } from "../../../src/core/secret.ts";
import { secretsOf, wireFields } from "../../../src/gateway/attempts/wire-fields.ts";
import { picture } from "../fit/fitting.ts";

const settings = { base_url: "http://x", keys: { api_key: new Secret("s3cret-value") }, n: 1 };
const secrets = secretsOf(settings);

test("of what is sent, secrets are masked by value and by name, pictures named, signed addresses cut, big integers kept", () => {
  const fields = wireFields(
    {
      json: {
        prompt: "a key of max_tokens",
        api_key: "of the body",
        accessToken: "of the body",
        keywords: "fox",
        note: "with s3cret-value inside",
        seed: 2n ** 60n,
        image: new EncodedPicture(picture("png", 3, 2), "data_url"),
        mask_url: "https://host/i/x.png?signature=abc",
        inline: `data:image/png;base64,${"A".repeat(500)}`,
        inner: [{ prompt: "x".repeat(40_000), off: undefined }],
      },
    },
    secrets,
  );
  expect(fields).toMatchObject({
    prompt: "a key of max_tokens",
    api_key: "[secret]",
    accessToken: "[secret]",
    keywords: "fox",
    note: "with [secret] inside",
    seed: String(2n ** 60n),
    image: "png 3x2",
    mask_url: "https://host/i/x.png?…",
  });
  const text = JSON.stringify(fields);
  expect(text.length).toBeLessThan(33_000);
  expect(text).not.toContain("s3cret");
});

test("the parts of a form are shown by their names, several of one name as a list; too many values are cut", () => {
  const one = picture("png", 5, 4);
  const form = [
    { name: "prompt", value: "fox" },
    { name: "image[]", value: one },
    { name: "image[]", value: one },
  ];
  expect(wireFields({ form }, [])).toEqual({ prompt: "fox", "image[]": ["png 5x4", "png 5x4"] });
  const nested = Array.from({ length: 20_000 }, () => ({ a: "b" }));
  expect(JSON.stringify(wireFields({ json: nested }, [])).length).toBeLessThan(150_000);
});
