import { expect, test } from "vitest";
import { jsonSchemaOf } from "../../src/api/json-schema.ts";
import { errorTable } from "../../src/core/errors.ts";
import { noticeKinds } from "../../src/core/notice.ts";
import { noticeWords } from "../../src/core/notice-words.ts";
import { priceWords } from "../../src/core/price-words.ts";
import { budgetExceeded } from "../../src/gateway/ledger/refusal.ts";
import { providers } from "../../src/providers/index.ts";
import { type FormField, fieldsOf } from "../../web/channels/schema-fields.ts";
import { noticeWordsZh } from "../../web/language/notice-words-zh.ts";
import { settingSentencesZh } from "../../web/language/provider-sentences-zh.ts";
import { settingTitlesZh } from "../../web/language/provider-words-zh.ts";
import { problemWords } from "../../web/language/problems-zh.ts";
import { toldZh } from "../../web/language/told-zh.ts";
import { watchEn } from "../../web/language/watch-en.ts";
import { watchZh } from "../../web/language/watch-zh.ts";

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
