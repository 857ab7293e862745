import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ConfigError, faultLine, loadConfig } from "../../../src/config.ts";

const folder = mkdtempSync(join(tmpdir(), "pinhole-custom-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function faultsOf(text: string): Promise<string[]> {
  writeFileSync(join(folder, "pinhole.yaml"), text);
  // Each variable that the text names is set.
  const named = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name ?? "", "k-1"] as const);
  const env = Object.fromEntries(named);
  try {
    await loadConfig({ env, flags: {}, cwd: folder });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(faultLine).map((line) => line.replace(/^.*pinhole\.yaml/, ""));
  }
}

const channel = (settings: string): string =>
  `channels:\n  - id: a\n    provider: custom\n    models: [m]\n    settings:\n      base_url: https://a.example\n${settings}`;

const working = `      generation:
        path: /images
        fields: { text: "{prompt}" }
`;

describe("what is wrong is told with its line", () => {
  test("nothing is wrong with the least", async () => {
    expect(await faultsOf(channel(working))).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["no operation", "", "`channels[0].settings.generation` must be set, or `edit` must be"],
    [
      "a word that does not exist",
      `      generation:\n        path: /x\n        fields:\n          text: "{prompt}"\n          size: "{sze}"\n`,
      ":11: `channels[0].settings.generation.fields.size`: {sze} is no word; there are model, prompt, n, size,",
    ],
    [
      "a word deep inside",
      `      generation:\n        path: /x\n        fields:\n          all:\n            - text: "{prompt}"\n            - { n: "{count}" }\n`,
      ":12: `channels[0].settings.generation.fields.all[1].n`: {count} is no word",
    ],
    [
      "no prompt",
      `      generation:\n        path: /x\n        fields: { size: "{size}" }\n`,
      ":9: `channels[0].settings.generation.fields` must hold {prompt}",
    ],
    [
      "an option without an entry",
      `      generation:\n        path: /x\n        fields: { text: "{prompt}", steps: "{option.steps}" }\n`,
      ":9: `channels[0].settings.generation.fields.steps`: {option.steps} needs an entry `steps` in `options`",
    ],
    [
      "an entry that no field uses",
      `${working}      options: { steps: { type: whole, max: 50 } }\n`,
      ":10: `channels[0].settings.options.steps` must be used by a field, as {option.steps}",
    ],
    [
      "a picture inside a text",
      `      edit:\n        path: /x\n        fields: { text: "{prompt}", image: "data:{image.base64}" }\n`,
      ":9: `channels[0].settings.edit.fields.image`: {image.base64} must be the whole text of its field",
    ],
    [
      "a file in JSON",
      `      edit:\n        path: /x\n        fields: { text: "{prompt}", image: "{image.file}" }\n`,
      ":9: `channels[0].settings.edit.fields.image`: {image.file} needs `as: form`",
    ],
    [
      "an edit without a picture",
      `      edit:\n        path: /x\n        fields: { text: "{prompt}" }\n`,
      ":9: `channels[0].settings.edit.fields` must hold {image.…} or {images.…}",
    ],
    [
      "a group in a form",
      `      generation:\n        path: /x\n        as: form\n        fields: { text: "{prompt}", more: { seed: "{seed}" } }\n`,
      ":10: `channels[0].settings.generation.fields.more` must be a text, number, flag or list",
    ],
    [
      "a GET with a body",
      `      generation:\n        path: /x\n        method: GET\n        fields: { text: "{prompt}" }\n`,
      "`channels[0].settings.generation.as` must be query where `method` is GET",
    ],
    [
      "a path without a slash",
      `      generation:\n        path: x\n        fields: { text: "{prompt}" }\n`,
      ":8: `channels[0].settings.generation.path` must begin with /",
    ],
    [
      "another word in a path",
      `      generation:\n        path: "/x/{prompt}"\n        fields: { text: "{prompt}" }\n`,
      ":8: `channels[0].settings.generation.path` must hold {model} at most and no other word, not {prompt}",
    ],
    [
      "a header without a name",
      `${working}      api_key: k\n      auth: { in: header }\n`,
      "`channels[0].settings.auth.name` must be set: the header field that carries the key",
    ],
    [
      "a key for which there is no place",
      `${working}      api_key: k\n      auth: { in: none }\n`,
      ":11: `channels[0].settings.auth.in` must say where `api_key` goes, or `api_key` be left out",
    ],
    [
      "a place for which there is no key",
      `${working}      auth: { in: basic, user: me }\n`,
      "`channels[0].settings.api_key` must be set, since `auth` puts it into the basic",
    ],
    [
      "a job that nobody can ask for",
      `${working}      jobs: { done: [ok], failed: [no] }\n`,
      "`channels[0].settings.jobs.path` must be set, or `url` must be",
    ],
    [
      "a job's path without its id",
      `${working}      jobs: { done: [ok], failed: [no], path: /jobs }\n`,
      ":10: `channels[0].settings.jobs.path` must hold {id}, once, and no other word",
    ],
    [
      "a job without an end",
      `${working}      jobs: { done: [], failed: [no], path: "/jobs/{id}" }\n`,
      ":10: `channels[0].settings.jobs.done` must be a list with at least one entry",
    ],
    [
      "a pattern that is none",
      `${working}      errors: { sentences: { moderation: ["(unsafe"] } }\n`,
      ":10: `channels[0].settings.errors.sentences.moderation[0]` must be a regular expression",
    ],
    ["a meaning that is none", `${working}      errors: { words: { naughty: [x] } }\n`, ":10: "],
    [
      "a status that is no error",
      `${working}      errors: { statuses: { "200": failed } }\n`,
      ":10: `channels[0].settings.errors.statuses",
    ],
    [
      "a cost that is nowhere",
      `${working}      cost: { unit_usd: 0.01 }\n`,
      ":10: `channels[0].settings.cost` must have either `at` or `header`",
    ],
    [
      "a setting that does not exist",
      `${working}      job: { done: [ok] }\n`,
      ":10: unknown setting `job`; did you mean `jobs`?",
    ],
    [
      "a place that is none",
      `${working}      result: { pictures: ["data..url"] }\n`,
      ":10: `channels[0].settings.result.pictures",
    ],
  ])("%s", async (_name, settings, wanted) => {
    const faults = await faultsOf(channel(settings));
    expect(faults.some((line) => line.includes(wanted)) ? wanted : faults.join("\n")).toBe(wanted);
  });

  test("a key is never repeated", async () => {
    const faults = await faultsOf(
      channel(`      api_key: k-secret-1\n      auth: { in: header, name: "k-secret-2!" }\n`),
    );
    expect(faults.join("\n")).not.toContain("k-secret");
  });
});

test("the recipes of the documentation are whole", async () => {
  const page = readFileSync(new URL("../../../docs/custom.md", import.meta.url), "utf8");
  const recipes = [...page.matchAll(/```yaml\n(channels:\n[^`]*)```/g)].map(
    ([, text]) => text ?? "",
  );
  expect(recipes.length).toBeGreaterThanOrEqual(2);
  for (const recipe of recipes) expect(await faultsOf(recipe)).toEqual([]);
});
