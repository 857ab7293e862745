import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };

/** The tarball that `npm pack` makes, installed in an empty folder as its users do. */

const project = join(import.meta.dirname, "../..");
const run = promisify(execFile);
let folder = "";
let installed = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pinhole-package-"));
  const packed = await run("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: project,
  });
  const [file] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf("["))) as {
    filename: string;
  }[];
  await writeFile(join(folder, "package.json"), "{}");
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund"];
  await run("npm", ["install", ...quiet, join(folder, file?.filename ?? "")], { cwd: folder });
  installed = join(folder, "node_modules", manifest.name);
}, 240_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test("holds the program, the console, the licences, and nothing of the workshop", async () => {
  const { stdout } = await run("find", [".", "-maxdepth", "2"], { cwd: installed });
  const found = stdout.split("\n").filter((path) => !path.startsWith("./node_modules"));
  expect(found).toEqual(
    expect.arrayContaining([
      "./CHANGELOG.md",
      "./LICENSE",
      "./README.md",
      "./dist/LICENSES.txt",
      "./dist/main.js",
      "./dist/sbom.cdx.json",
      "./dist/web",
    ]) as string[],
  );
  expect(found).not.toContain("./src");
  expect(found).not.toContain("./test");
});

test("its list of packages (SBOM) has what is installed with it and what is bundled, each with its licence", async () => {
  const text = await readFile(join(installed, "dist/sbom.cdx.json"), "utf8");
  const { bomFormat, components } = JSON.parse(text) as {
    bomFormat: string;
    components: { name: string; version: string; purl: string; licenses: object[] }[];
  };
  expect(bomFormat).toBe("CycloneDX");
  const names = components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([...Object.keys(manifest.dependencies), "react"]));
  expect(names).not.toContain("vitest");
  expect(components.filter(({ purl, licenses }) => !purl || licenses.length === 0)).toEqual([]);
  const licences = await readFile(join(installed, "dist/LICENSES.txt"), "utf8");
  for (const name of ["fastify", "react", "react-dom"])
    expect(licences).toMatch(new RegExp(`^${name} \\d`, "m"));
  expect(text).not.toContain(project);
});

test("starts, makes a picture, shows its console, and ends when it is told to", async () => {
  const program = join(folder, "node_modules", ".bin", "pinhole");
  const child = spawn(program, ["serve", "--port", "0"], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", NODE_NO_WARNINGS: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    const { url, key } = await started(child);
    const answer = await fetch(`${url}/v1/images/generations`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "sandbox-fast", prompt: "a fox", response_format: "b64_json" }),
    });
    expect(await answer.json()).toMatchObject({
      data: [{ b64_json: expect.stringMatching(/^iVBOR/) }],
    });
    expect(await (await fetch(`${url}/sign-in`)).text()).toContain("<div id=");
  } finally {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect((await ended)[0]).toBe(0);
  }
});

/** The address and the first key, which its first start prints. */
function started(child: ChildProcess): Promise<{ url: string; key: string }> {
  return new Promise((resolve, reject) => {
    let output = "";
    const read = (text: string): void => {
      output += text;
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
      const key = /Bearer (pin_[\w-]+)/.exec(output)?.[1];
      if (url !== undefined && key !== undefined) resolve({ url, key });
    };
    child.stdout?.setEncoding("utf8").on("data", read);
    child.stderr?.setEncoding("utf8").on("data", read);
    child.on("exit", () => reject(new Error(`it did not start: ${output}`)));
  });
}
