import { expect, test } from "vitest";
import { faultsOf, read } from "./provider-stand-ins.ts";

const key = `whsec_${Buffer.alloc(24).toString("base64")}`;

test("targets are read, with their credentials hidden", async () => {
  const { noticeTargets, noticesAllowPrivate } = await read({
    file: `notices:
  targets:
    - { name: ops, url: "https://ops.example/hook?token=1", secret: "\${KEY}" }
    - { name: room, url: "https://hooks.slack.example/x", form: slack, kinds: [clock_off] }
  allow_private: { hosts: [ops.internal] }
`,
    env: { KEY: key },
  });
  expect(JSON.stringify(noticeTargets)).not.toMatch(/hook|whsec/);
  expect(
    noticeTargets.map(({ url, secret, ...rest }) => [url.reveal(), secret?.reveal(), rest]),
  ).toEqual([
    ["https://ops.example/hook?token=1", key, { name: "ops", form: "standard", kinds: undefined }],
    [
      "https://hooks.slack.example/x",
      undefined,
      { name: "room", form: "slack", kinds: ["clock_off"] },
    ],
  ]);
  expect(noticesAllowPrivate.hosts).toEqual(["ops.internal"]);
});

test.each([
  ["{ name: a, url: 'https://x.example' }", /`secret`: whsec_ and 24 to 64 bytes/],
  ["{ name: a, url: 'https://x.example', form: teams, secret: KEY }", /`teams` has no signature/],
  [
    "{ name: a, url: 'https://x.example', secret: short }",
    /`notices\.targets\[0\]\.secret` must be whsec_/,
  ],
  ["{ name: a, url: 'ftp://x.example', secret: KEY }", /must be an https URL/],
  ["{ name: a, url: 'https://me:pass@x.example', secret: KEY }", /must be an https URL without/],
  ["{ name: a, url: 'http://x.example', secret: KEY }", /set `notices\.allow_private\.http`/],
  [
    "{ name: a, url: 'https://x.example:8443', secret: KEY }",
    /`notices\.allow_private\.ports`; add it/,
  ],
  ["{ name: a, url: 'https://x.example', secret: KEY, kinds: [wombat] }", /kinds/],
  [
    "{ name: a, url: 'https://x.example', secret: KEY }\n    - { name: a, url: 'https://y.example', form: slack }",
    /another target has the name `a`/,
  ],
])("a target that is none is refused: %s", async (target, said) => {
  const file = `notices:\n  targets:\n    - ${target.replace("KEY", key)}\n`;
  const lines = await faultsOf({ file });
  expect(lines.join("\n")).toMatch(said);
  expect(lines.join("\n")).not.toMatch(/pass@|whsec_A/);
});
