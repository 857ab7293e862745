import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";

const file = join(import.meta.dirname, "../../deploy/nginx-nodes.conf");

/** `deploy/nginx-nodes.conf` as it is, but for the ports of this machine and a place for its files. Ends with the test; gives its address. */
export async function startFront(
  binary: string,
  ports: readonly [number, number],
  port: number,
): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), "pinhole-front-"));
  const own = readFileSync(file, "utf8")
    .replace("server pinhole-1:8080", `server 127.0.0.1:${ports[0]}`)
    .replace("server pinhole-2:8080", `server 127.0.0.1:${ports[1]}`)
    .replace("listen 8080;", `listen 127.0.0.1:${port};`)
    .replace("listen [::]:8080;", "");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${place}/${name};`,
  );
  const whole = `
    ${process.getuid?.() === 0 ? "user root;" : ""}
    daemon off;
    pid ${place}/nginx.pid;
    events {}
    http { access_log off; ${temporary.join(" ")} ${own} }`;
  await writeFile(join(place, "nginx.conf"), whole);
  const args = ["-p", place, "-c", join(place, "nginx.conf"), "-e", "stderr"];
  const child: ChildProcess = spawn(binary, args, { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(place, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  const isUp = (): Promise<string> =>
    fetch(`${url}/health/live`).then(
      ({ status }) => `${status}`,
      () => `down ${errors}`,
    );
  await expect.poll(isUp, { timeout: 60_000 }).toBe("200");
  return url;
}
