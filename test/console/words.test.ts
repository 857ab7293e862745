import { expect, test } from "vitest";
import { jsonSchemaOf } from "../../src/api/json-schema.ts";
import { noticeKinds } from "../../src/core/notice.ts";
import { providers } from "../../src/providers/index.ts";
import { type FormField, fieldsOf } from "../../web/channels/schema-fields.ts";
import { noticeWordsZh } from "../../web/language/notice-words-zh.ts";
import { settingSentencesZh, settingTitlesZh } from "../../web/language/provider-words-zh.ts";
import { watchEn } from "../../web/language/watch-en.ts";

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

test("settings that three providers or more have are named in Chinese, and no translation is of a sentence that no provider says any more", async () => {
  const fields: FormField[] = [];
  for (const { load } of providers) {
    const { default: provider } = await load();
    fields.push(...fieldsOf(jsonSchemaOf(provider.settings), "settings"));
  }
  const counts = Object.entries(Object.groupBy(fields, ({ name }) => name));
  const common = counts.filter(([, all]) => (all?.length ?? 0) > 2).map(([name]) => name);
  expect(common.length).toBeGreaterThan(20);
  expect(common.filter((name) => settingTitlesZh[name] === undefined)).toEqual([]);
  const said = new Set(fields.map(({ about }) => about));
  expect(Object.keys(settingSentencesZh).filter((text) => !said.has(text))).toEqual([]);
});
