// Follows the README on a machine that has never run the gateway: `npm start`, then its curl commands
// as they are printed there. Fails where a picture is missing or has another size or format.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, startGateway } from "./gateway-process.mjs";

const address = "http://localhost:8080";

/** The shell blocks of the README that call the gateway. */
export function readmeCommands() {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]);
  const commands = blocks.filter((block) => block.includes(`curl`) && block.includes(address));
  if (commands.length < 2) throw new Error("The README has no curl for a generation and an edit.");
  return commands;
}

/** Width and height of a PNG. Throws where the file is none. */
export function pngSize(path) {
  const bytes = readFileSync(path);
  if (bytes.toString("latin1", 1, 4) !== "PNG") throw new Error(`${path} is no PNG.`);
  return `${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`;
}

/** Runs the README's commands in a folder where they may leave their pictures. */
export function runReadme(folder, gateway) {
  symlinkSync(join(root, "docs"), join(folder, "docs"));
  for (const command of readmeCommands()) {
    const text = command.replaceAll(address, gateway.origin);
    const done = spawnSync("bash", ["-euo", "pipefail", "-c", text], {
      cwd: folder,
      env: { ...process.env, PINHOLE_KEY: gateway.key },
      encoding: "utf8",
    });
    if (done.status !== 0)
      throw new Error(`This command of the README failed:\n${text}\n${done.stderr}`);
  }
}

if (process.argv[1]?.endsWith("first-run.mjs")) {
  const folder = mkdtempSync(join(tmpdir(), "pinhole-readme-"));
  const gateway = await startGateway();
  try {
    if (gateway.key === undefined) throw new Error(`No API key was printed:\n${gateway.output()}`);
    runReadme(folder, gateway);
    for (const name of ["fox.png", "fox-edited.png"]) {
      const size = pngSize(join(folder, name));
      if (size !== "1024x1024") throw new Error(`${name} is ${size} and not 1024x1024.`);
      console.log(`${name}: ${size}`);
    }
  } finally {
    const code = await gateway.stop();
    rmSync(folder, { recursive: true, force: true });
    console.log(`The gateway ended with ${code}.`);
    if (code !== 0) process.exitCode = 1;
  }
}
