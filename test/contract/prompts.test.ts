import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { postJson, startTestGateway } from "../support/gateway.ts";

const secrets = ["a-hidden-fox", "no-hidden-owl", "hidden-in-an-unknown-field"];
const [prompt = "", negative = "", caption = ""] = secrets;

test.each([
  [0, false],
  ["30d", true],
])("with records.prompts %s a prompt is in the database: %s", async (prompts, isWritten) => {
  const gateway = await startTestGateway({ records: { prompts } });
  const folder = join(gateway.folder, "data");
  try {
    for (const more of [{}, { stream: true }, { model: "sandbox-moderated" }]) {
      const body = { model: "sandbox-fast", prompt, negative_prompt: negative, caption, ...more };
      await (await postJson(gateway, "/v1/images/generations", body)).text();
    }
    const listed = await fetch(`${gateway.url}/admin/v1/requests`, {
      headers: { authorization: `Bearer ${gateway.adminToken}` },
    });
    const { data } = (await listed.json()) as { data: { fields: Record<string, unknown> }[] };
    expect(data).toHaveLength(3);
    for (const { fields } of data) {
      expect(fields["model"]).toMatch(/^sandbox/);
      expect("prompt" in fields).toBe(isWritten);
    }
    const files = readdirSync(folder).filter((name) => name.startsWith("pinhole.db"));
    const written = files.map((name) => readFileSync(join(folder, name), "latin1")).join("");
    expect(written.length).toBeGreaterThan(10_000);
    expect(written.includes(prompt)).toBe(isWritten);
    if (!isWritten) for (const secret of secrets) expect(written).not.toContain(secret);
  } finally {
    await gateway.close();
  }
});
