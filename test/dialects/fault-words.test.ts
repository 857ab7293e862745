import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/core/errors.ts";
import type { WireError } from "../../src/core/wire.ts";
import { faultReader, type FaultWords } from "../../src/dialects/fault-words.ts";

const words: FaultWords = {
  codeAt: ["error.code", "base_resp.status_code"],
  messageAt: ["error.message", "base_resp.status_msg", "detail.*.msg", "detail"],
  paramAt: ["error.param"],
  codes: {
    moderation_blocked: ["1026", "InputTextSensitive*"],
    upstream_credentials: ["1004", "account_empty"],
    upstream_rate_limited: ["1002"],
  },
  sentences: {
    moderation_blocked: [/\bsafety system\b/i],
    upstream_credentials: [/^User is locked\b/],
  },
  statuses: { 424: "upstream_busy" },
  fine: ["0", "success"],
  retryAfterAt: ["error.retry_after"],
};
const { readError, refused } = faultReader(words);

const answer = (status: number, json: unknown, text = ""): WireError => ({
  status,
  headers: { "content-type": json === undefined ? "text/plain" : "application/json" },
  json,
  text,
});
const said = (code: unknown, message = "Because.", rest: object = {}) => ({
  error: { code, message, ...rest },
});

describe("an answer with an error status", () => {
  test.each<[string, number, unknown, ErrorCode]>([
    ["a known word, whatever the status", 500, said("account_empty"), "upstream_credentials"],
    ["a number", 400, said(1004), "upstream_credentials"],
    ["without case", 400, said("ACCOUNT_EMPTY"), "upstream_credentials"],
    ["the beginning of a word", 400, said("InputTextSensitiveContent"), "moderation_blocked"],
    ["a sentence", 400, said("?", "Our Safety System says no."), "moderation_blocked"],
    ["an anchored sentence", 403, { detail: "User is locked. Why: x" }, "upstream_credentials"],
    ["one that quotes it", 422, { detail: "No such style: User is locked" }, "invalid_value"],
    [
      "a wrong key as a 400",
      400,
      said("400", "Incorrect API key provided: x."),
      "upstream_credentials",
    ],
    ["an empty balance as a 400", 400, said("E", "Insufficient balance"), "upstream_credentials"],
    ["a prompt that says so", 400, said("E", "Bad prompt: invalid api key"), "invalid_value"],
    ["a status of its own", 424, said("?"), "upstream_busy"],
    ["a 404", 404, said("?"), "upstream_model_missing"],
    ["a 415, which is how it was called", 415, said("?"), "upstream_refused"],
    ["a 503 in its own words", 503, said("?"), "upstream_busy"],
    ["a list of sentences", 422, { detail: [{ msg: "a" }, { msg: "b" }] }, "invalid_value"],
  ])("%s", (_name, status, json, code) => {
    expect(readError(answer(status, json))?.code).toBe(code);
  });

  test("nothing that it says is left to the status", () => {
    for (const json of [undefined, {}, [], "x", { error: null }, { error: { code: "" } }])
      expect(readError({ ...answer(503, json), headers: {} })).toBeUndefined();
  });

  test("its words, field and wait are handed on", () => {
    const json = said("1026", "No  x\nhere, see https://a.example/b", {
      param: "prompt",
      retry_after: "2.2",
    });
    expect(readError(answer(400, json))).toEqual({
      code: "moderation_blocked",
      message: "No x here, see [link]",
      param: "prompt",
      retryAfterSeconds: 3,
    });
    const list = { detail: [{ msg: "a" }, { msg: "b" }] };
    expect(readError(answer(422, list))?.message).toBe("a; b");
  });

  test("plain text is a sentence", () => {
    expect(readError(answer(401, undefined, "request unauthorized"))).toEqual({
      code: "upstream_credentials",
      message: "request unauthorized",
    });
  });
});

describe("an answer with a good status", () => {
  test.each<[unknown, ErrorCode | undefined]>([
    [{ base_resp: { status_code: 0, status_msg: "success" } }, undefined],
    [{ base_resp: { status_code: "0" } }, undefined],
    [{ base_resp: { status_code: 1026, status_msg: "no" } }, "moderation_blocked"],
    [{ base_resp: { status_code: 1999 } }, "upstream_failed"],
    [{ base_resp: { status_code: 1999, status_msg: "invalid api key" } }, "upstream_credentials"],
    [{ data: [] }, undefined],
    [undefined, undefined],
  ])("%j", (json, code) => {
    expect(refused(answer(200, json))?.code).toBe(code);
  });
});
