import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, start, type Started } from "../processes.ts";

export interface Peer extends Started {
  readonly port: number;
  readonly version: string;
}

const portkeyPackage = "@portkey-ai/gateway";
const portkeyVersion = "1.15.2";
const liteLlmVersion = "1.106.2";
/** LiteLLM's proxy does not start without one. */
export const liteLlmKey = "sk-bench-4f1c9a7be2d84c36a0d5e71b92f38c64";

/** A version that is installed once into a folder of its own, which later runs find again. */
interface Installed {
  readonly folder: string;
  readonly version: string;
  /** The version that is there and works; undefined: none does. */
  found(): string | undefined;
  install(): void;
}

/** Installs what is not there whole, from scratch. Throws where the registry does not give it. */
function ensure({ folder, version, found, install }: Installed): void {
  const mark = join(folder, "installed");
  // Written last, so that an install that broke off is begun anew.
  if (existsSync(mark) && found() === version) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  install();
  if (found() !== version) throw new Error(`${version} is not what was installed`);
  writeFileSync(mark, version);
}

function run(command: string, args: readonly string[], cwd: string): void {
  const done = spawnSync(command, [...args], { cwd, encoding: "utf8", timeout: 600_000 });
  if (done.status === 0) return;
  const words = done.error?.message ?? done.stderr;
  throw new Error(`${args.join(" ")} failed`, { cause: words.slice(-2000) });
}

/** Portkey's gateway from npm, on the Node that runs the bench. */
export async function startPortkey(root: string, tools: string): Promise<Peer> {
  const folder = join(tools, "portkey");
  const place = join(folder, "node_modules", portkeyPackage);
  ensure({
    folder,
    version: portkeyVersion,
    found: () => versionIn(join(place, "package.json")),
    install() {
      // Without a package.json here npm would install into the project above.
      writeFileSync(join(folder, "package.json"), '{ "private": true }');
      const spec = `${portkeyPackage}@${portkeyVersion}`;
      run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", spec], folder);
    },
  });
  const port = await freePort();
  const started = await start({
    command: process.execPath,
    args: [join(place, "build/start-server.js"), "--headless", `--port=${port}`],
    cwd: folder,
    env: { NODE_ENV: "production" },
    log: join(root, "portkey.log"),
    ready: { port, path: "/" },
  });
  return { ...started, port, version: `${portkeyPackage} ${portkeyVersion}` };
}

function versionIn(packageFile: string): string | undefined {
  if (!existsSync(packageFile)) return undefined;
  return (JSON.parse(readFileSync(packageFile, "utf8")) as { readonly version: string }).version;
}

/** LiteLLM's proxy from PyPI, in a virtual environment: one worker, a master key, no database. */
export async function startLiteLlm(
  root: string,
  tools: string,
  upstreams: Readonly<Record<string, string>>,
): Promise<Peer> {
  const folder = join(tools, "litellm");
  const python = join(folder, "bin/python");
  ensure({
    folder,
    version: liteLlmVersion,
    found() {
      const code = "from importlib.metadata import version; print(version('litellm'))";
      const asked = spawnSync(python, ["-c", code], { encoding: "utf8" });
      return asked.status === 0 ? asked.stdout.trim() : undefined;
    },
    install() {
      run("python3", ["-m", "venv", folder], tools);
      const spec = `litellm[proxy]==${liteLlmVersion}`;
      run(python, ["-m", "pip", "install", "--quiet", spec], folder);
    },
  });
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
    command: join(folder, "bin/litellm"),
    args: ["--config", file, "--port", String(port), "--host", "127.0.0.1", "--num_workers", "1"],
    cwd: folder,
    env: {
      LITELLM_MASTER_KEY: liteLlmKey,
      LITELLM_LOCAL_MODEL_COST_MAP: "True",
      LITELLM_MODE: "PRODUCTION",
      LITELLM_LOG: "ERROR",
    },
    log: join(root, "litellm.log"),
    ready: { port, path: "/health/liveliness" },
    readyWithinMs: 90_000,
  });
  return { ...started, port, version: `litellm ${liteLlmVersion}` };
}
