import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { watchAnswers } from "./documented-answers.ts";

test("a status that the document does not have is named, and one that it has is not", async () => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === "/v1/models?all" ? 418 : 410;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answers = watchAnswers(url);
  await (await fetch(`${url}/v1/models?all`)).arrayBuffer();
  // What is repeated under an Idempotency-Key may have expired.
  await (await fetch(`${url}/v1/images/generations`, { method: "POST" })).arrayBuffer();
  await (await fetch(`${url}/nowhere`)).arrayBuffer();
  answers.stop();
  await (await fetch(`${url}/v1/models?all`)).arrayBuffer();
  server.close();
  expect(answers.undocumented).toEqual(["GET /v1/models answered 418"]);
});
