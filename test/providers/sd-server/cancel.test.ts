import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { postJson, startTestGateway } from "../../support/gateway.ts";

/** A server whose jobs wait for ever. Gives its address, and what it is asked. */
async function busyServer(): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const job = { id: "job_1", kind: "img_gen", status: "queued", queue_position: 1 };
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume().on("end", () => {
      const ending = request.url?.endsWith("/cancel") === true ? { status: "cancelled" } : {};
      response
        .writeHead(request.url === "/sdcpp/v1/img_gen" ? 202 : 200, {
          "content-type": "application/json",
        })
        .end(JSON.stringify({ ...job, ...ending }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked };
}

test("a job that still waits when its time is over is taken back, and the client hears of the time", async () => {
  const { url, asked } = await busyServer();
  const gateway = await startTestGateway({
    channels: [
      {
        id: "own",
        provider: "sd-server",
        settings: { base_url: url },
        timeout: { total: "1s" },
        models: ["tiny"],
      },
    ],
  });
  onTestFinished(() => gateway.close());
  const answer = await postJson(gateway, "/v1/images/generations", {
    model: "tiny",
    prompt: "a boat",
  });
  expect(answer.status).toBe(504);
  expect(asked[0]).toBe("POST /sdcpp/v1/img_gen");
  expect(asked.slice(1, -1)).toContain("GET /sdcpp/v1/jobs/job_1");
  expect(asked.filter((one) => one.endsWith("/cancel"))).toEqual([
    "POST /sdcpp/v1/jobs/job_1/cancel",
  ]);
});
