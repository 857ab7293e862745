import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CommandContext } from "../../src/cli/command.ts";
import type { Config } from "../../src/config.ts";
import { type Outcome, pretendGateway, runCommand, temporaryFolder } from "./run-command.ts";

const made = { adminToken: "the-admin-token", apiKey: "the-api-key", ownerCode: "the-code" };
const none = { adminToken: undefined, apiKey: undefined, ownerCode: undefined };

/** Signals that a test sends. */
function signals() {
  const listeners = new Set<(name: NodeJS.Signals) => void>();
  const onSignal: CommandContext["onSignal"] = (_names, listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    onSignal,
    send(name: NodeJS.Signals) {
      for (const listener of listeners) listener(name);
    },
    get heard() {
      return listeners.size;
    },
  };
}

/** Serves with a gateway that only pretends, and ends it with SIGTERM as soon as it waits for one. */
async function serveOnce(
  argv: readonly string[],
  folder: string,
  firstRun: Parameters<typeof pretendGateway>[0],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome & { readonly config: Config | undefined }> {
  let config: Config | undefined;
  const sent = signals();
  const outcome = await runCommand(["serve", ...argv], {
    cwd: folder,
    env,
    start: (given) => {
      config = given;
      return Promise.resolve(pretendGateway(firstRun));
    },
    onSignal: (names, listener) => {
      const undo = sent.onSignal(names, listener);
      queueMicrotask(() => sent.send("SIGTERM"));
      return undo;
    },
  });
  expect(sent.heard).toBe(0);
  return { ...outcome, config };
}

test("flags reach the configuration, above the environment", async () => {
  using folder = temporaryFolder();
  const argv = ["--port", "9", "--public-url", "https://a.example", "--log-level", "warn"];
  const env = { PINHOLE_PORT: "8", PINHOLE_HOST: "0.0.0.0" };
  const { code, config } = await serveOnce(argv, folder.path, none, env);
  expect(code).toBe(0);
  expect(config?.server).toMatchObject({
    port: 9,
    host: "0.0.0.0",
    publicUrl: "https://a.example",
  });
  expect(config?.logs).toEqual({ level: "warn", format: "json" });
});

describe("the first run", () => {
  test("shows both credentials and a curl for people", async () => {
    using folder = temporaryFolder();
    const { out } = await serveOnce(["--log-format", "pretty"], folder.path, made);
    expect(out).toContain("API key       the-api-key\n");
    expect(out).toContain("admin token   the-admin-token\n");
    expect(out).toContain("owner's link  http://localhost:8080/welcome#the-code\n");
    expect(out).toContain("curl http://localhost:8080/v1/images/generations");
    expect(out).toContain('-H "Authorization: Bearer the-api-key"');
  });

  test("is one JSON line where the log is JSON", async () => {
    using folder = temporaryFolder();
    const { out } = await serveOnce([], folder.path, made);
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({
      level: 30,
      api_key: "the-api-key",
      admin_token: "the-admin-token",
      owner_link: "http://localhost:8080/welcome#the-code",
    });
  });

  test("links to the address that people use, and shows the link also where keys and token are the operator's own", async () => {
    using folder = temporaryFolder();
    const argv = ["--public-url", "https://a.example/images"];
    const { out } = await serveOnce(argv, folder.path, { ...none, ownerCode: "the-code" });
    expect(JSON.parse(out)).toMatchObject({
      owner_link: "https://a.example/images/welcome#the-code",
    });
  });

  test("is not repeated", async () => {
    using folder = temporaryFolder();
    const json = await serveOnce([], folder.path, none);
    expect(json.out).toBe("");
    const pretty = await serveOnce(["--log-format", "pretty"], folder.path, none);
    expect(pretty.out).toMatch(
      /^\nPinhole listens on http:\/\/0\.0\.0\.0:8080 and serves \d+ models\.\n\n$/,
    );
  });
});

test("a broken file is every fault on its line, and exit code 1", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "pinhole.yaml"), "server: { prot: 1 }\nwombat: 1\n");
  const { code, err } = await runCommand(["serve"], { cwd: folder.path });
  expect(code).toBe(1);
  expect(err).toBe(
    "pinhole: pinhole.yaml:1: unknown setting `prot`; did you mean `port`?\npinhole: pinhole.yaml:2: unknown setting `wombat`\n",
  );
});

test("a start that fails is one line and exit code 1", async () => {
  using folder = temporaryFolder();
  const start = () => Promise.reject(new Error("port 8080 is in use;\n  choose another"));
  const { code, err } = await runCommand(["serve"], { cwd: folder.path, start });
  expect([code, err]).toEqual([1, "pinhole: port 8080 is in use; choose another\n"]);
});

describe("signals", () => {
  test("the first lets requests finish, the second ends at once", async () => {
    using folder = temporaryFolder();
    const sent = signals();
    const finished = Promise.withResolvers<void>();
    const exits: number[] = [];
    const running = runCommand(["serve"], {
      cwd: folder.path,
      start: () => Promise.resolve(pretendGateway(none, () => finished.promise)),
      onSignal: (names, listener) => {
        const undo = sent.onSignal(names, listener);
        queueMicrotask(() => {
          sent.send("SIGINT");
          expect(exits).toEqual([]);
          sent.send("SIGTERM");
          finished.resolve();
        });
        return undo;
      },
      exit: (code) => void exits.push(code),
    });
    const { code, err } = await running;
    expect(exits).toEqual([1]);
    expect(code).toBe(0);
    expect(err).toMatch(/SIGINT: finishing the requests in flight/);
  });

  test("one Ctrl-C under npm arrives twice and counts once", async () => {
    using folder = temporaryFolder();
    const sent = signals();
    const exits: number[] = [];
    const { code, err } = await runCommand(["serve"], {
      cwd: folder.path,
      start: () => Promise.resolve(pretendGateway(none)),
      onSignal: (names, listener) => {
        const undo = sent.onSignal(names, listener);
        queueMicrotask(() => {
          sent.send("SIGINT");
          sent.send("SIGINT");
        });
        return undo;
      },
      exit: (code) => void exits.push(code),
    });
    expect(exits).toEqual([]);
    expect(code).toBe(0);
    expect(err).not.toContain("second signal;");
  });

  /** Serves, sends a hang-up, and where that was no stop, ends it once something was said. */
  async function hangUp(folder: string, argv: readonly string[], file?: string) {
    const sent = signals();
    const reloads: Config[] = [];
    let graced: boolean | undefined;
    const gateway = pretendGateway(
      none,
      ({ grace }) => {
        graced = grace;
        return Promise.resolve();
      },
      (next) => {
        reloads.push(next);
        return Promise.resolve();
      },
    );
    const { err } = await runCommand(["serve", ...argv], {
      cwd: folder,
      start: () => Promise.resolve(gateway),
      onText: (text) => {
        if (/SIGHUP: (reloaded|the configuration)/.test(text)) {
          setImmediate(() => sent.send("SIGTERM"));
        }
      },
      onSignal: (names, listener) => {
        const undo = sent.onSignal(names, listener);
        queueMicrotask(() => {
          if (file !== undefined) writeFileSync(join(folder, "pinhole.yaml"), file);
          sent.send("SIGHUP");
        });
        return undo;
      },
    });
    return { err, reloads, graced };
  }

  test("a hang-up reloads a service, and is a stop on a terminal", async () => {
    using folder = temporaryFolder();
    const file = "aliases: { fox: sandbox }\nserver: { port: 9 }\n";
    const served = await hangUp(folder.path, [], file);
    expect(served.err).toMatch(
      /^pinhole: SIGHUP: reloaded \d+ channels and 0 keys of the file\npinhole: changed, but read only at a start: server\n/,
    );
    expect(served.reloads.map((config) => config.aliases["fox"])).toEqual([["sandbox"]]);
    expect(served.graced).toBe(true);
    const onTerminal = await hangUp(folder.path, ["--log-format", "pretty"]);
    expect(onTerminal.err).toMatch(/^pinhole: SIGHUP: finishing/);
    expect(onTerminal.graced).toBe(false);
  });

  test("a broken file is told with every fault and changes nothing", async () => {
    using folder = temporaryFolder();
    const { err, reloads } = await hangUp(folder.path, [], "a: 1\nb: 2\n");
    expect(err).toContain(
      "pinhole: pinhole.yaml:1: unknown setting `a`\npinhole: pinhole.yaml:2: unknown setting `b`\npinhole: SIGHUP: the configuration was not reloaded; the one before stays\n",
    );
    expect(reloads).toEqual([]);
  });

  test("a stop that fails is exit code 1", async () => {
    using folder = temporaryFolder();
    const sent = signals();
    const { code, err } = await runCommand(["serve"], {
      cwd: folder.path,
      start: () => Promise.resolve(pretendGateway(none, () => Promise.reject(new Error("stuck")))),
      onSignal: (names, listener) => {
        const undo = sent.onSignal(names, listener);
        queueMicrotask(() => sent.send("SIGTERM"));
        return undo;
      },
    });
    expect(code).toBe(1);
    expect(err).toContain("pinhole: stuck\n");
  });
});

describe("check", () => {
  const file = [
    "keys: [{ name: a, key: 0123456789-abcdefghij }]",
    "channels:",
    "  - id: w",
    "    provider: openai-compatible",
    "    settings: { base_url: http://127.0.0.1:1/v1, api_keys: [secret-one, secret-two] }",
    "    models: [m, k]",
    "aliases: { fox: [m, k] }",
    "default_model: fox",
  ].join("\n");

  test("tells what it understood, and no secret", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "pinhole.yaml"), file);
    const { code, out } = await runCommand(["check"], { cwd: folder.path });
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      `ok: ${join(folder.path, "pinhole.yaml")}`,
      `listens on 127.0.0.1:8080, keeps its data in ${join(folder.path, "data")}`,
      "channel w (openai-compatible, 2 credentials): m, k",
      "alias fox: m, then k",
      "default model: fox",
      "keys in the file: 1",
      "",
    ]);
    const json = await runCommand(["check", "--json"], { cwd: folder.path });
    expect(JSON.parse(json.out)).toMatchObject({ ok: true, keys: 1, channels: [{ id: "w" }] });
    expect(out + json.out).not.toMatch(/secret-|0123456789/);
  });

  test("tells every fault", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "pinhole.yaml"), "a: 1\nb: 2\n");
    const { code, out, err } = await runCommand(["check"], { cwd: folder.path });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe(
      "pinhole.yaml:1: unknown setting `a`\npinhole.yaml:2: unknown setting `b`\n2 faults\n",
    );
    const json = await runCommand(["check", "--json"], { cwd: folder.path });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toEqual({
      ok: false,
      faults: [
        { setting: "a", message: "unknown setting `a`", place: { file: "pinhole.yaml", line: 1 } },
        { setting: "b", message: "unknown setting `b`", place: { file: "pinhole.yaml", line: 2 } },
      ],
    });
  });
});

describe("how it is called", () => {
  test.each([
    [[], 2, /Usage: pinhole/],
    [["--help"], 0, /Usage: pinhole/],
    [["help", "edit"], 0, /Usage: pinhole edit/],
    [["--version"], 0, /^\d+\.\d+\.\d+\n$/],
    [["sreve"], 2, /unknown command 'sreve'\s+\(Did you mean serve\?\)/],
    [["serve", "--prot", "1"], 2, /Did you mean --port\?/],
    [["generate"], 2, /missing required argument 'prompt'/],
    [["generate", "x", "-n", "11"], 2, /must be a whole number from 1 to 10/],
    [["generate", "x", "y"], 2, /too many arguments/],
  ])("pinhole %j", async (argv, code, text) => {
    using folder = temporaryFolder();
    const outcome = await runCommand(argv, { cwd: folder.path });
    expect(outcome.code).toBe(code);
    expect(outcome.out + outcome.err).toMatch(text);
  });
});
