import Fastify from "fastify";
import { expect, test } from "vitest";
import { PinholeError } from "../../src/core/errors.ts";
import { sendError } from "../../src/http/server/error-answers.ts";

test.each([
  ["overloaded", undefined, "5"],
  ["no_channel_available", 0.2, "1"],
  ["overloaded", 7, "7"],
  ["storage_full", undefined, undefined],
  ["invalid_value", undefined, undefined],
] as const)("%s that knows a wait of %s s says Retry-After: %s", async (code, known, said) => {
  const app = Fastify();
  app.setErrorHandler((error, request, reply) => sendError(request, reply, error));
  app.get("/", () => {
    throw new PinholeError(code, { message: "Not now.", retryAfterSeconds: known });
  });
  const { headers } = await app.inject("/");
  expect(headers["retry-after"]).toBe(said);
  await app.close();
});
