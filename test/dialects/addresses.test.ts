import { expect, test } from "vitest";
import { baseUrl, httpAddress, ownBaseUrl, regionalUrl } from "../../src/dialects/settings.ts";

const schemas = [httpAddress(), baseUrl("https://api.example.com"), ownBaseUrl(""), regionalUrl()];

test("an address of an upstream holds no credential, since addresses are shown", () => {
  for (const schema of schemas) {
    for (const credential of ["me:canary", "canary", ":canary"]) {
      const { success, error } = schema.safeParse(`https://${credential}@example.com/v1`);
      expect(success).toBe(false);
      expect(error?.message).toContain("without user name and password");
      expect(error?.message).not.toContain("canary");
    }
    expect(schema.safeParse("http://127.0.0.1:9/v1?at=me@example.com").success).toBe(true);
    expect(schema.safeParse("ftp://example.com").success).toBe(false);
  }
});
