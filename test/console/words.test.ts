import { expect, test } from "vitest";
import { newKeyBody } from "../../src/api/admin/keys.ts";
import { newTeamBody } from "../../src/api/admin/owners.ts";
import { newPersonBody } from "../../src/api/admin/people.ts";
import { newTokenBody } from "../../src/api/admin/tokens.ts";
import { jsonSchemaOf } from "../../src/api/json-schema.ts";
import { asPinholeError, errorTable } from "../../src/core/errors.ts";
import { noticeKinds } from "../../src/core/notice.ts";
import { noticeWords } from "../../src/core/notice-words.ts";
import { priceWords } from "../../src/core/price-words.ts";
import { budgetExceeded } from "../../src/gateway/ledger/refusal.ts";
import { read } from "../../src/http/admin/read-checked.ts";
import { providers } from "../../src/providers/index.ts";
import { type FormField, fieldsOf } from "../../web/channels/schema-fields.ts";
import { noticeWordsZh } from "../../web/language/notice-words-zh.ts";
import { optionTitlesZh } from "../../web/language/option-words-zh.ts";
import { settingSentencesZh } from "../../web/language/provider-sentences-zh.ts";
import { settingTitlesZh } from "../../web/language/provider-words-zh.ts";
import { problemWords } from "../../web/language/problems-zh.ts";
import { toldZh } from "../../web/language/told-zh.ts";
import { watchEn } from "../../web/language/watch-en.ts";
import { watchZh } from "../../web/language/watch-zh.ts";
import { figuresOf } from "../../web/watch/written-figures.ts";

const facts = {
  scope: "team",
  name: "art",
  limit_usd: "5",
  period: "month",
  resets_at: null,
  seconds: "40",
  side: "behind",
  files: "a: 1, b: 2",
  fault: "`models` is missing",
  model: "fox",
  channel: "one",
};

test("every kind of notice is told in Chinese, begun and over; in English, and for a kind that is new, the gateway's words stand", () => {
  const notice = {
    id: "ntc_1",
    object: "art",
    threshold: "0.8",
    title: "English",
    text: "English",
    facts,
    created_at: "2026-11-27T00:00:00Z",
    ended_at: null,
    acknowledged_at: null,
  };
  for (const kind of noticeKinds)
    for (const state of ["raised", "recovered"] as const) {
      const told = noticeWordsZh({ ...notice, kind, state });
      expect([kind, state, told?.title]).toEqual([
        kind,
        state,
        expect.stringMatching(/\p{Script=Han}/u),
      ]);
      expect(JSON.stringify(told)).not.toMatch(/undefined|NaN|English/);
      expect(watchEn.notices.told({ ...notice, kind, state })).toBeUndefined();
    }
  expect(noticeWordsZh({ ...notice, kind: "newer", state: "raised" })).toBeUndefined();
});

test("every setting of a provider is named in Chinese, and no translation is of a sentence that no provider says any more", async () => {
  const fields: FormField[] = [];
  for (const { load } of providers) {
    const { default: provider } = await load();
    fields.push(...fieldsOf(jsonSchemaOf(provider.settings), "settings"));
  }
  const names = [...new Set(fields.map(({ name }) => name))];
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => settingTitlesZh[name] === undefined)).toEqual([]);
  const said = new Set(fields.map(({ about }) => about));
  expect(Object.keys(settingSentencesZh).filter((text) => !said.has(text))).toEqual([]);
});

test("every option of a provider is named in Chinese, and no name is of an option that none has", async () => {
  const names = new Set<string>();
  for (const { load } of providers) {
    const { properties = {} } = jsonSchemaOf((await load()).default.options);
    for (const name of Object.keys(properties as object)) names.add(name);
  }
  expect([...names].filter((name) => optionTitlesZh[name] === undefined)).toEqual([]);
  expect(Object.keys(optionTitlesZh).filter((name) => !names.has(name))).toEqual([]);
});

/** Two words of English in a row, which are no data. */
const english = /[a-z]{2,}[,;:.]? +[a-z]{2,}/i;

test("every code of an error has its meaning in Chinese", () => {
  for (const code of Object.keys(errorTable))
    expect([code, problemWords.codes[code]]).toEqual([code, expect.stringMatching(/。$/)]);
});

test("the price of every model that is known is told in Chinese", async () => {
  const said = new Set<string>();
  for (const { load } of providers) {
    const { default: provider } = await load();
    for (const { price } of provider.models) for (const words of priceWords(price)) said.add(words);
  }
  expect(said.size).toBeGreaterThan(100);
  const left = [...said].filter((words) => {
    const told = toldZh(words);
    return told === undefined || english.test(told);
  });
  expect(left).toEqual([]);
});

test("why a channel cools, where something is declared, and which budget refused are told in Chinese with their figures", () => {
  const claim = {
    id: "b",
    scope: "team",
    scopeId: "art",
    models: null,
    period: "month",
    periodStart: 0,
    periodEnd: Date.UTC(2026, 11, 1),
    limitNano: 15_000_000_000,
  } as const;
  const refusal = { id: "b", spentNano: "13662000000", reservedNano: "0" };
  const said = [
    "5 failures in a row, the last: upstream_unreachable",
    "4 of 9 attempts of the last minute failed, the last: upstream_timeout",
    "upstream_rate_limited",
    "pinhole.yaml, line 61",
    "SQLite commits in 2193 ms. Each request waits for one: look at the disk and the way to it.",
    "It was not asked, since Sandbox has no free check. It gets no requests for now: it is cooling (upstream_timeout).",
    "54.0 GB are free for /data.",
    "`settings.api_key` cannot be opened (it was sealed with a secret that is not here, or was changed since); set it again.",
    budgetExceeded([claim], [refusal], 2_000_000_000).message,
    budgetExceeded([{ ...claim, periodEnd: null }], [refusal], 2_000_000_000).message,
  ].map(toldZh);
  for (const told of said) {
    expect(told).toMatch(/\p{Script=Han}/u);
    expect(told).not.toMatch(english);
  }
  expect(said.at(-2)).toContain("已用 $13.662");
  expect(toldZh("Something that nobody has said before.")).toBeUndefined();
});

const long = "x".repeat(10_000);
const usd = "5";

/** Wrong values of the fields of forms, each with the schema that refuses it. */
const wrong = [
  ...["", "  ", long, "a\nb"].map((name) => [newKeyBody, { name }] as const),
  ...[-5, 0, 1.5, 1e20, "abc"].map((rpm) => [newKeyBody, { name: "k", rpm }] as const),
  ...["10.0.0.0/99", "🦊"].map((range) => [newKeyBody, { name: "k", ip_allow: [range] }] as const),
  ...[[], ["*a"], [long]].map((models) => [newKeyBody, { name: "k", models }] as const),
  [newKeyBody, { name: "k", ip_allow: [] }],
  [newKeyBody, { name: "k", expires_at: "soon" }],
  ...[["-5"], ["a=b", "a=c"], Array.from({ length: 9 }, (_, at) => `l${at}`), [long]].map(
    (labels) => [newKeyBody, { name: "k", labels }] as const,
  ),
  ...["", "🦊", long].map((id) => [newTeamBody, { id }] as const),
  ...["", "-5", "abc", "9000001", long].map(
    (sum) => [newTeamBody, { id: "t", budget: [{ usd: sum }] }] as const,
  ),
  ...["x", "20"].map(
    (share) => [newTeamBody, { id: "t", budget: [{ usd, notify_at: ["0.5", share] }] }] as const,
  ),
  [newTeamBody, { id: "t", budget: [{ usd, raise: { usd, until: "soon" } }] }],
  [newTeamBody, { id: "t", budget: [{ usd, models: [long] }] }],
  [newTeamBody, { id: "t", budget: Array.from({ length: 11 }, () => ({ usd })) }],
  [newTeamBody, { id: "t", markup: { times: "abc" } }],
  ...["  ", long].map((login) => [newPersonBody, { login, name: "A", role: "viewer" }] as const),
  [newTokenBody, { name: "t", role: "viewer", expires_at: "soon" }],
] as const;

/** Refusals of what is there already, or is not, and of options of providers. */
const refusals = [
  "Another team has the id `studio` already; choose a different one, or change that one.",
  "Another person signs in with this `login`; choose another.",
  "There is no user `nobody`; make it first, or name another.",
  "A person whose role is `team_admin` needs `team`, the id of the team.",
  "Two budgets of `budget` have the same period for the same models; keep the smaller one.",
  "`expires_at` lies in the past; name a later time, or stop the key by `disabled` or by revoking it.",
  "No channel serves the model `nope`.",
  "Signing in failed: name or password are wrong, or the person is disabled. Ask an owner or admin for a new link where the password is lost.",
  "Too many tries to sign in failed; try again in 15 minutes.",
  "`models` must be a list of models' names, not an empty list.",
  '`value` must be a duration from 0s to 1h, such as 500ms, 10s, 5m, 1h or 7d, not "1.5".',
  "The password must have 12 to 256 characters.",
  "The password must have at least 5 different characters.",
  "The password must not be the name that you sign in with.",
  "`provider_options.x.steps` is not known to some-model; leave it out.",
];

function refusalOf([schema, body]: (typeof wrong)[number]): string | undefined {
  try {
    read(schema, body);
    return undefined;
  } catch (thrown) {
    return asPinholeError(thrown).message;
  }
}

/** Refusals of words that have a form of their own, by each option of a provider that asks for one. */
async function refusalsOfForms(): Promise<readonly string[]> {
  const loaded = await Promise.all(providers.map(({ load }) => load()));
  return loaded.flatMap(({ default: { id, options } }) => {
    const { properties = {} } = jsonSchemaOf(options) as {
      readonly properties?: Readonly<Record<string, { readonly pattern?: string }>>;
    };
    const names = Object.keys(properties).filter((name) => properties[name]?.pattern !== undefined);
    return names.map((name) => {
      const issue = options.safeParse({ [name]: "€ €" }).error?.issues[0];
      return `\`provider_options.${id}.${name}\` is not what this provider takes: ${issue?.message}.`;
    });
  });
}

test("what a form refuses is told in Chinese, with what to change", async () => {
  const forms = await refusalsOfForms();
  expect(forms.length).toBeGreaterThan(2);
  expect(forms.filter((one) => one.includes("pattern"))).toEqual([]);
  const said = [...wrong.map(refusalOf), ...refusals, ...forms].filter((one) => one !== undefined);
  expect(said.length).toBeGreaterThan(40);
  const left = said.filter((message) => {
    const told = toldZh(message)?.replaceAll(/`[^`]*`|"[^"]*"/g, "");
    return told === undefined || english.test(told);
  });
  expect(left).toEqual([]);
});

test("a notice says sums with the digits that matter, and times to the minute", () => {
  const matter = { kind: "budget_threshold", object: "b", period: "", basis: "", at: 0 } as const;
  const said = (spent: string, limit: string): string =>
    noticeWords({
      ...matter,
      id: "ntc_1",
      state: "raised",
      recovers: null,
      threshold: "0.8",
      spentNano: spent,
      createdAt: 0,
      endedAt: null,
      acknowledgedAt: null,
      facts: { ...facts, limit_usd: limit, resets_at: "2026-12-01T00:00:00.000Z" },
    }).text;
  expect(said("13662000001", "15")).toBe(
    "$13.66 of $15 a month is spent; it begins anew at 2026-12-01 00:00 UTC.",
  );
  expect(said("13500000000", "0.0004")).toContain("$13.50 of $0.0004 a month");
});

test("the audit is filtered by every kind that its lines can tell of, in both languages", () => {
  for (const { audit } of [watchEn, watchZh])
    expect(Object.keys(audit.resources).toSorted()).toEqual(Object.keys(audit.kinds).toSorted());
});

test("hours and days on which clocks change are told apart: of an hour that comes twice, the zone says which", () => {
  const hourMs = 3_600_000;
  const hoursOf = (start: string, hours: number): string[] =>
    Array.from({ length: hours }, (_, at) =>
      new Date(Date.parse(start) + at * hourMs).toISOString(),
    );
  for (const lang of ["en", "zh-CN"]) {
    const figures = figuresOf(lang, "America/New_York");
    for (const [start, hours] of [
      ["2026-11-01T04:00:00Z", 25],
      ["2026-03-08T05:00:00Z", 23],
    ] as const) {
      const all = hoursOf(start, hours);
      expect(new Set(all.map(figures.moment)).size).toBe(hours);
      expect(new Set(all.map(figures.day)).size).toBe(1);
      const next = new Date(Date.parse(start) + hours * hourMs).toISOString();
      expect(figures.day(next)).not.toBe(figures.day(start));
    }
    const zones = hoursOf("2026-11-01T04:00:00Z", 25).filter((hour) =>
      /[A-Z]{3}/.test(figures.moment(hour)),
    );
    expect(zones.length).toBeLessThanOrEqual(2);
  }
  const { moment } = figuresOf("en", "America/New_York");
  expect(moment("2026-11-01T05:30:00Z")).toMatch(/01:30 EDT$/);
  expect(moment("2026-11-01T06:30:00Z")).toMatch(/01:30 EST$/);
  expect(moment("2026-11-01T07:30:00Z")).toMatch(/02:30$/);
});
