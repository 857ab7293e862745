import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, start, type Started } from "../processes.ts";

export interface Peer extends Started {
  readonly port: number;
  readonly version: string;
}

const portkeyVersion = "1.15.2";

/** Installs a peer once into a folder that later runs find again; throws where the registry does not give it. */
function install(command: string, args: readonly string[], cwd: string): void {
  mkdirSync(cwd, { recursive: true });
  const done = spawnSync(command, [...args], { cwd, encoding: "utf8", timeout: 600_000 });
  if (done.status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${done.stderr}`);
}

/** Portkey's gateway from npm, on the Node that runs the bench. */
export async function startPortkey(root: string, tools: string): Promise<Peer> {
  const folder = join(tools, "portkey");
  const main = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
  if (!existsSync(main))
    install(
      "npm",
      ["install", "--no-save", "--ignore-scripts", `@portkey-ai/gateway@${portkeyVersion}`],
      folder,
    );
  const packageFile = join(folder, "node_modules/@portkey-ai/gateway/package.json");
  const { version } = JSON.parse(readFileSync(packageFile, "utf8")) as { version: string };
  const port = await freePort();
  const started = await start({
    command: process.execPath,
    args: [main, "--headless", `--port=${port}`],
    cwd: folder,
    env: { NODE_ENV: "production" },
    log: join(root, "portkey.log"),
    ready: { port, path: "/" },
  });
  return { ...started, port, version: `@portkey-ai/gateway ${version}` };
}

/** LiteLLM's proxy from PyPI, in a virtual environment. */
export async function startLiteLlm(
  root: string,
  tools: string,
  upstreams: Readonly<Record<string, string>>,
): Promise<Peer> {
  const folder = join(tools, "litellm");
  const command = join(folder, "bin/litellm");
  if (!existsSync(command)) {
    install("python3", ["-m", "venv", folder], tools);
    install(join(folder, "bin/pip"), ["install", "--quiet", "litellm[proxy]"], folder);
  }
  const shown = spawnSync(join(folder, "bin/pip"), ["show", "litellm"], { encoding: "utf8" });
  const version = /^Version: (.*)$/m.exec(shown.stdout ?? "")?.[1] ?? "unknown";
  const port = await freePort();
  const config = {
    model_list: Object.entries(upstreams).map(([name, url]) => ({
      model_name: name,
      litellm_params: { model: "openai/gpt-image-1", api_base: url, api_key: "bench-upstream-key" },
      model_info: { mode: "image_generation" },
    })),
    litellm_settings: { telemetry: false },
  };
  const file = join(root, "litellm.yaml");
  writeFileSync(file, JSON.stringify(config));
  const started = await start({
    command,
    args: ["--config", file, "--port", String(port), "--host", "127.0.0.1", "--num_workers", "1"],
    cwd: folder,
    env: { LITELLM_LOCAL_MODEL_COST_MAP: "True", LITELLM_MODE: "PRODUCTION", LITELLM_LOG: "ERROR" },
    log: join(root, "litellm.log"),
    ready: { port, path: "/health/liveliness" },
    readyWithinMs: 90_000,
  });
  return { ...started, port, version: `litellm ${version}` };
}
