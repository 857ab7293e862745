import { expect, test } from "vitest";
import type { Faults } from "../../src/config/faults.ts";
import { findNotYet } from "../../src/config/not-yet.ts";
import { faultsOf } from "./provider-stand-ins.ts";

const key = "0123456789-0123456789";

const broken: readonly (readonly [what: string, file: string, lines: readonly string[]])[] = [
  [
    "a misspelt setting",
    "server:\n  host: 127.0.0.1\n  prot: 8081\n",
    ["pinhole.yaml:3: unknown setting `prot`; did you mean `port`?"],
  ],
  [
    "a setting in the wrong section",
    "port: 8081\n",
    ["pinhole.yaml:1: unknown setting `port`; did you mean `server.port`?"],
  ],
  ["a setting that is like no other", "wombat: 1\n", ["pinhole.yaml:1: unknown setting `wombat`"]],
  [
    "a number out of range",
    "server: { port: 70000 }\n",
    ["pinhole.yaml:1: `server.port` must be a whole number from 0 to 65535, not 70000"],
  ],
  [
    "a group where a value belongs",
    "default_model: { name: brush-2 }\n",
    ["pinhole.yaml:1: `default_model` must be text, not a group of settings"],
  ],
  [
    "a value where a group belongs",
    "server: 8080\n",
    ["pinhole.yaml:1: `server` must be a group of settings, not 8080"],
  ],
  [
    "a duration without its unit, and one that is too long",
    "images:\n  ttl: 3600\nserver:\n  request_timeout: 2h\n",
    [
      "pinhole.yaml:2: `images.ttl` must be a duration from 10s to 365d, such as 500ms, 10s, 5m, 1h or 7d, not 3600",
      'pinhole.yaml:4: `server.request_timeout` must be a duration from 1s to 1h, such as 500ms, 10s, 5m, 1h or 7d, not "2h"',
    ],
  ],
  [
    "a size that is none",
    "server: { body_bytes_max: lots }\n",
    [
      'pinhole.yaml:1: `server.body_bytes_max` must be a size from 1MB to 10GiB, such as 500KB, 64MB or 10GiB, not "lots"',
    ],
  ],
  [
    "a word that is nearly right",
    "logs:\n  level: wran\n",
    [
      'pinhole.yaml:2: `logs.level` must be one of `fatal`, `error`, `warn`, `info`, `debug`, `trace`, `silent`, not "wran"; did you mean `warn`?',
    ],
  ],
  [
    "an address, which may hold a password and is not repeated",
    'server: { public_url: "https://me:hunter2@host" }\n',
    [
      "pinhole.yaml:1: `server.public_url` must be an http or https URL such as https://images.example.com",
    ],
  ],
  [
    "a proxy range",
    "server:\n  trusted_proxies:\n    - 10.0.0.0/8\n    - 10.0.0.0/33\n",
    [
      'pinhole.yaml:4: `server.trusted_proxies[1]` must be an address, a range such as 10.0.0.0/8, or one of the words loopback, linklocal, uniquelocal, not "10.0.0.0/33"',
    ],
  ],
  [
    "keys that are too short, missing and repeated, none of them shown",
    `keys:\n  - { name: a, key: short }\n  - { name: b }\n  - { name: c, key: 12345678901234567890 }\n`,
    [
      "pinhole.yaml:2: `keys[0].key` must be text of 20 characters or more, without spaces",
      "pinhole.yaml:3: `keys[1].key` is missing; it must be text of 20 characters or more, without spaces",
      "pinhole.yaml:4: `keys[2].key` must be text of 20 characters or more, without spaces",
    ],
  ],
  [
    "two keys alike",
    `keys:\n  - { name: a, key: "${key}" }\n  - { name: a, key: "${key}" }\n`,
    [
      "pinhole.yaml:3: another key has the name `a` already; choose a different one",
      "pinhole.yaml:3: `keys[1].key` is the same as another key; make a new one",
    ],
  ],
  [
    "a pattern with its star inside",
    `keys: [{ name: a, key: "${key}", models: ["b*h"] }]\n`,
    [
      'pinhole.yaml:1: `keys[0].models[0]` must be a model\'s name, or a pattern that ends in *, not "b*h"',
    ],
  ],
  [
    "an operation",
    `keys: [{ name: a, key: "${key}", operations: [edits] }]\n`,
    [
      'pinhole.yaml:1: `keys[0].operations[0]` must be one of `generation`, `edit`, `variation`, not "edits"; did you mean `edit`?',
    ],
  ],
  [
    "a variable that is not set, and one that is misspelt",
    'keys: [{ name: a, key: "${DEV_KEY}" }]\ndefault_model: ${a b}\n',
    [
      "pinhole.yaml:1: the environment variable DEV_KEY is not set; set it, or give a default: ${DEV_KEY:-…}",
      "pinhole.yaml:2: `${a b}` must be ${NAME} or ${NAME:-default}; write $${ for the characters themselves",
    ],
  ],
  [
    "no YAML",
    "server:\n  port: [1\n",
    [
      "pinhole.yaml:3: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
  ],
  [
    "the same setting twice",
    "server: { port: 1 }\nserver: { port: 2 }\n",
    ["pinhole.yaml:2: not valid YAML: Map keys must be unique"],
  ],
  [
    "a variable without quotes in a group on one line, which is no YAML",
    "server: { port: ${PORT}, host: x }\n",
    [
      "pinhole.yaml:1: not valid YAML: Unexpected flow-map-start at node end; inside { } or [ ], put ${NAME} in quotes",
    ],
  ],
  ["a list", "- 1\n", ["pinhole.yaml:1: must hold settings such as `server:` and `channels:`"]],
  [
    "an alias of an alias",
    "aliases:\n  fox: [play-1, play-2]\n  wolf: fox\n  cub: [play-1, wolf]\n",
    [
      "pinhole.yaml:3: `fox` is itself an alias; name models here",
      "pinhole.yaml:4: `wolf` is itself an alias; name models here",
    ],
  ],
];

test.each(broken)("%s", async (_what, file, lines) => {
  expect(await faultsOf({ file })).toEqual(lines);
});

const brokenChannels: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "a provider that there is not",
    "channels:\n  - id: a\n    provider: vendro\n  - id: b\n    provider: elsewhere\n",
    [
      "pinhole.yaml:3: there is no provider `vendro`; did you mean `vendor`?",
      "pinhole.yaml:5: there is no provider `elsewhere`; there are vendor, workshop, playground",
    ],
  ],
  [
    "settings that the provider refuses, without their values",
    "channels:\n  - id: a\n    provider: vendor\n    settings:\n      api_kye: hunter2\n      steps: 99\n      mode: hunter2\n      base_url: hunter2\n",
    [
      "pinhole.yaml:4: `channels[0].settings.api_key` is missing; it must be text",
      "pinhole.yaml:5: unknown setting `api_kye`; did you mean `api_key`?",
      "pinhole.yaml:6: `channels[0].settings.steps` must be a whole number, 50 or less",
      "pinhole.yaml:7: `channels[0].settings.mode` must be one of `fast`, `good`",
      "pinhole.yaml:8: `channels[0].settings.base_url` must be a URL such as https://api.example.com/v1",
    ],
  ],
  [
    "a list of credentials with an empty one",
    "channels:\n  - id: a\n    provider: vendor\n    settings:\n      api_keys:\n        - one\n        - ''\n",
    ["pinhole.yaml:7: `channels[0].settings.api_keys[1]` must be text, and not empty"],
  ],
  [
    "credentials given twice",
    "channels:\n  - { id: a, provider: vendor, settings: { api_key: x, api_keys: [y] } }\n  - { id: b, provider: vendor, settings: { api_keys: [y, y] } }\n  - { id: c, provider: vendor, settings: { api_keys: [] } }\n",
    [
      "pinhole.yaml:2: give `api_key` or `api_keys`, not both",
      "pinhole.yaml:3: `api_keys` has the same entry twice; remove one",
      "pinhole.yaml:4: `api_keys` must be a list with at least one entry",
    ],
  ],
  [
    "prices",
    [
      "channels:",
      "  - id: a",
      "    provider: vendor",
      "    settings: { api_key: x }",
      "    models:",
      "      - { name: a, upstream: x, price: { per_imgae_usd: 1 } }",
      "      - { name: b, upstream: x, price: { per_image_usd: 0.0.1 } }",
      "      - { name: c, upstream: x, price: { currency: CNY, per_image_usd: 1 } }",
      "      - { name: d, upstream: x, price: { lines: [{ per: pixel, rate: 1 }] } }",
      "      - { name: e, upstream: x, price: { lines: [{ per: image }] } }",
      "      - { name: f, upstream: x, price: [{ per_image_usd: -1 }] }",
      "      - { name: g, upstream: x, price: { lines: [{ per: [tile, step], rate: 1, first_rate: 1 }] } }",
      "      - { name: h, upstream: x, price: { lines: [{ per: step, rate: 1, unit: 0 }] } }",
      "      - { name: i, upstream: x, price: expensive }",
      "money: { rates: { yuan: 1, CNY: -1 } }",
    ].join("\n"),
    [
      "pinhole.yaml:6: unknown setting `per_imgae_usd`; did you mean `per_image_usd`?",
      'pinhole.yaml:7: `channels[0].models[1].price.per_image_usd` must be a number, 0 or more, not "0.0.1"',
      "pinhole.yaml:8: `channels[0].models[2].price.currency`: in another currency a price is written with `lines`, whose rates are in it",
      'pinhole.yaml:9: `channels[0].models[3].price.lines[0].per` must be one of image, megapixel, tile, input_image, input_megapixel, input_tile, call, step, second, text_in, cached_text_in, image_in, cached_image_in, text_out, image_out or count:NAME, or a list of them, not "pixel"',
      "pinhole.yaml:10: `channels[0].models[4].price.lines[0]`: a line has either `rate` or `rows`",
      "pinhole.yaml:11: `channels[0].models[5].price[0].per_image_usd` must be a number, 0 or more, not -1",
      "pinhole.yaml:12: `channels[0].models[6].price.lines[0]`: `first_rate` goes with a line that counts one thing",
      "pinhole.yaml:13: `channels[0].models[7].price.lines[0].unit` must be a number above 0, not 0",
      'pinhole.yaml:14: `channels[0].models[8].price` must be free, or a group of prices, not "expensive"',
      "pinhole.yaml:15: `money.rates.yuan` must be a currency's three letters, such as CNY",
      "pinhole.yaml:15: `money.rates.CNY` must be US dollars for one unit, a number above 0, not -1",
    ],
  ],
  [
    "models",
    [
      "channels:",
      "  - id: a",
      "    provider: vendor",
      "    settings: { api_key: x }",
      "    models:",
      "      - brush-3",
      "      - brush-2",
      "      - brush-2",
      "      - { name: other, card: { n: many, size: [] } }",
      "      - { name: third, card: { name: x } }",
      "      - { name: fourth, upstraem: x }",
      "      - { name: fifth, upstream: x, price: { per_image_usd: -1 } }",
      "      - 7",
      "  - id: a",
      "    provider: workshop",
    ].join("\n"),
    [
      "pinhole.yaml:6: Vendor has no model `brush-3`; did you mean `brush-2`? known are brush-2, brush-1; give `upstream` or `card` to serve any other",
      "pinhole.yaml:8: the channel lists `brush-2` twice; remove one",
      'pinhole.yaml:9: `channels[0].models[3].card.n` must be a whole number, not "many"',
      "pinhole.yaml:9: unknown setting `size`; did you mean `sizes`?",
      "pinhole.yaml:10: a card in the file takes its name from the model; remove `name`",
      "pinhole.yaml:11: unknown setting `upstraem`; did you mean `upstream`?",
      "pinhole.yaml:12: `channels[0].models[6].price.per_image_usd` must be a number, 0 or more, not -1",
      "pinhole.yaml:13: `channels[0].models[7]` must be a model's name, or a group with name, upstream, card and price, not 7",
      "pinhole.yaml:14: `models` is missing; list those that this Workshop serves",
      "pinhole.yaml:14: another channel has the id `a` already; choose a different one",
    ],
  ],
];

test.each(brokenChannels)("channels: %s", async (_what, file, lines) => {
  expect(await faultsOf({ file })).toEqual(lines);
});

test("a server of Redis that cannot be read is a fault, and an empty one is none", async () => {
  const file = [
    'redis: { url: "tcp://localhost" }',
    'images: { url: "s3://bucket?region=eu-central-1", retention: 2h }',
    `keys: [{ name: a, key: "${key}", rpm: 1 }]`,
    "channels:",
    "  - { id: a, provider: vendor, settings: { api_key: x }, limits: { rpm: 5 } }",
  ].join("\n");
  expect(await faultsOf({ file })).toEqual([
    "pinhole.yaml:1: `redis.url` must be redis:// or rediss://, such as rediss://user:password@redis.example.com:6379/0?prefix=pinhole",
  ]);
  expect(await faultsOf({ file: 'redis: { url: "" }\nserver: { cors: [] }\n' })).toEqual([]);
});

test("a setting that is not supported yet says so, and one that asks for nothing is no fault", () => {
  const rows = [
    { setting: "redis.url", instead: "remove it" },
    { setting: "channels[].kind", when: /^new:/, instead: "use another" },
  ];
  const found = (tree: unknown): string[] => {
    const lines: string[] = [];
    const add = (_path: unknown, line: string): void => void lines.push(line);
    findNotYet(tree, { add } as unknown as Faults, rows);
    return lines;
  };
  expect(
    found({ redis: { url: "redis://x" }, channels: [{ kind: "old:a" }, { kind: "new:b" }] }),
  ).toEqual([
    "`redis.url` is not supported in this version; remove it",
    "`channels[1].kind` with new: is not supported in this version; use another",
  ]);
  expect(found({ redis: { url: "" }, channels: [] })).toEqual([]);
});

test("what comes from the environment and the flags is named by them", async () => {
  const env = {
    PINHOLE_PORT: "eighty",
    REDIS_URL: "redis:x",
    VENDOR_API_KEY: " ",
    LOG_LEVEL: "loud",
  };
  const flags = { settings: { "server.public_url": "nowhere", "logs.level": "lout" } };
  expect(await faultsOf({ env, flags })).toEqual([
    'PINHOLE_PORT: `server.port` must be a whole number from 0 to 65535, not "eighty"',
    "--public-url: `server.public_url` must be an http or https URL such as https://images.example.com",
    "REDIS_URL: `redis.url` must be redis:// or rediss://, such as rediss://user:password@redis.example.com:6379/0?prefix=pinhole",
    '--log-level: `logs.level` must be one of `fatal`, `error`, `warn`, `info`, `debug`, `trace`, `silent`, not "lout"',
    "VENDOR_API_KEY: `VENDOR_API_KEY` must be text, and not empty",
  ]);
});

test("a file that was asked for and cannot be read", async () => {
  expect(await faultsOf({ flags: { file: "gone.yaml" } })).toEqual([
    "--config: there is no file gone.yaml",
  ]);
  expect(await faultsOf({ env: { PINHOLE_CONFIG: "locked.yaml" } })).toEqual([
    "PINHOLE_CONFIG: cannot read locked.yaml: Pinhole's user has no right to it; give it to that user",
  ]);
  expect(await faultsOf({})).toEqual([]);
});
