import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ListedProvider, Provider } from "../../src/core/provider.ts";
import { createEgress } from "../../src/net/egress.ts";
import { createCleaner } from "../../src/net/upstream/cleaner.ts";
import { createPacing } from "../../src/net/upstream/poll.ts";
import { createSpools } from "../../src/pictures/spool.ts";
import { pictureBytes } from "../../test/providers/contract-pictures.ts";
import { runFixture, secretsOf } from "../../test/providers/contract-run.ts";
import { type Fixture, fixtureSchema } from "../../test/providers/fixture.ts";
import { fixtureOf, type WrittenFixture } from "./fixture-of.ts";
import { createRecorder } from "./recorder.ts";
import { PictureNames } from "./redact.ts";

/** One live call, as it is asked for. */
export interface Wish {
  readonly line: ListedProvider;
  readonly provider: Provider;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly model: string;
  /** In the form of a fixture's. */
  readonly request: unknown;
  readonly options: unknown;
  /** As in pinhole.yaml; a text `$NAME` is that variable of the environment. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly name: string;
  /** YYYY-MM-DD. */
  readonly day: string;
}

/** The longest that a live call may take. */
const callMsMax = 600_000;

/** The settings that the environment gives, under those that were named. */
export function settingsFor({ line, env, settings }: Wish): Record<string, unknown> {
  const way = line.environment?.find(({ needs }) =>
    Object.keys(needs).every((name) => Boolean(env[name])),
  );
  const variables = Object.entries({ ...way?.needs, ...way?.takes });
  const given = variables.flatMap(([name, setting]) =>
    env[name] ? [[setting, env[name]] as const] : [],
  );
  const filled = JSON.parse(JSON.stringify(settings), (_key, value: unknown) =>
    typeof value === "string" && /^\$[A-Z][A-Z0-9_]*$/.test(value) ? env[value.slice(1)] : value,
  ) as Record<string, unknown>;
  return { ...Object.fromEntries(given), ...filled };
}

/** Makes one live call and tells it as a fixture. */
export async function recordFixture(wish: Wish): Promise<WrittenFixture> {
  const { provider, model, name, day } = wish;
  const settings = settingsFor(wish);
  const asked: Fixture = fixtureSchema.parse({
    name,
    source: "live",
    model,
    settings,
    options: wish.options,
    request: wish.request,
    expect: {},
  });
  const parsed = provider.settings.parse(settings);
  const secrets = await secretsOf(provider, parsed);
  const pictures = new PictureNames();
  for (const spec of [...asked.request.images, asked.request.mask])
    if (spec !== undefined) pictures.know(await pictureBytes(spec), spec);
  const recorder = createRecorder();
  const directory = mkdtempSync(join(tmpdir(), "pinhole-record-"));
  const egress = createEgress({ now: Date.now, watch: recorder.watch });
  const spools = createSpools({
    directory,
    memoryBytesMax: 1_000_000,
    randomName: () => crypto.randomUUID(),
  });
  const spool = spools.open();
  const signal = AbortSignal.timeout(callMsMax);
  try {
    const outcome = await runFixture(
      {
        provider,
        egress,
        spool,
        fill: { base: new URL(parsed.base_url).origin, model, shipped: true },
        given: true,
        signal,
        pacing: createPacing({ signal, deadline: Date.now() + callMsMax, now: Date.now }),
      },
      asked,
    );
    const base = new URL(parsed.base_url);
    const isOwnAddress = settings["base_url"] === undefined;
    const safe = new Map(secrets.map((secret, index) => [secret, `test-secret-${index + 1}`]));
    return await fixtureOf({
      name,
      day,
      asked,
      exchanges: recorder.exchanges,
      outcome,
      basePath: isOwnAddress ? base.pathname.replace(/\/$/, "") : "",
      redaction: { secrets: safe, pictures, base: base.origin, clean: createCleaner(parsed, {}) },
    });
  } finally {
    spool.dispose();
    await egress.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
