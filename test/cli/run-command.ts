import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { CommandContext, RunningGateway } from "../../src/cli/command.ts";
import { runCli } from "../../src/cli/run.ts";

/** A folder that is gone after the test. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "pinhole-cli-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** What a command left behind. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly bytes: Buffer;
}

/** What a test changes about the process around a command. */
export interface Around {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  readonly start?: CommandContext["start"];
  readonly onSignal?: CommandContext["onSignal"];
  readonly exit?: (code: number) => void;
  /** Sees text as it is printed. */
  readonly onText?: (text: string) => void;
}

/** Runs `pinhole …argv` in this process. The clock stands at the first second of 2027. */
export async function runCommand(argv: readonly string[], around: Around): Promise<Outcome> {
  let out = "";
  let err = "";
  const chunks: Buffer[] = [];
  const code = await runCli(argv, {
    env: around.env ?? {},
    cwd: around.cwd,
    out: (text) => {
      out += text;
      around.onText?.(text);
    },
    err: (text) => {
      err += text;
      around.onText?.(text);
    },
    stdout: new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    }),
    outIsTerminal: around.terminal ?? false,
    errIsTerminal: around.terminal ?? false,
    now: () => Date.UTC(2027, 0, 1, 0, 0, 1),
    start: around.start ?? (() => Promise.reject(new Error("nothing may be started here"))),
    onSignal: around.onSignal ?? (() => () => undefined),
    exit: around.exit ?? (() => undefined),
  });
  return { code, out, err, bytes: Buffer.concat(chunks) };
}

/** A gateway that runs in name only. */
export function pretendGateway(
  firstRun: RunningGateway["firstRun"],
  close: RunningGateway["close"] = () => Promise.resolve(),
  reload: RunningGateway["reload"] = () => Promise.resolve(),
): RunningGateway {
  return { url: "http://0.0.0.0:8080", firstRun, close, reload };
}
