import type { RunningSettings } from "../core/shown-setting.ts";
import { Secret } from "../core/secret.ts";
import type { Config } from "./types.ts";

/** The parts that a reload takes over; everything else is read at a start only. */
const reloaded: ReadonlySet<string> = new Set<keyof Config>([
  "file",
  "fileHash",
  "shown",
  "channels",
  "entries",
  "keys",
  "aliases",
  "defaultModel",
  "policy",
  "noticeTargets",
  "retired",
]);

/** The parts of a configuration that differ and that a reload does not take over, by their names in the file. */
export function settingsThatNeedRestart(running: Config, next: Config): string[] {
  const names = Object.keys(running).filter((name) => !reloaded.has(name));
  const before = new Map(Object.entries(running));
  const after = new Map(Object.entries(next));
  return names
    .filter((name) => text(before.get(name)) !== text(after.get(name)))
    .map((name) => fileNames[name] ?? name);
}

/** Names of parts that are called otherwise in the file. */
const fileNames: Readonly<Record<string, string>> = {
  dataFolder: "data",
  adminToken: "admin_token",
  secretPrevious: "secret_previous",
  calendar: "money",
  correctionMaxNano: "money",
  exposeChannel: "expose_channel",
  noticesAllowPrivate: "notices.allow_private",
  proxy: "the proxy variables",
} satisfies Partial<Record<keyof Config, string>>;

/** For comparison only: secrets are compared too, and shown to nobody. */
function text(value: unknown): string {
  if (value instanceof Secret) return value.reveal();
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  return JSON.stringify(Object.entries(value).map(([name, inner]) => [name, text(inner)]));
}

/** Names of settings that a reload takes over, as they begin in the file. */
const reloadedNames = /^(?:default_model|policy|notices\.targets)\b/;

/** The settings that count: those of the start, but for what a reload has taken over since. */
export function runningSettings(
  started: Config,
  reloaded: Config,
): Pick<RunningSettings, "file" | "settings"> {
  const next = new Map(reloaded.shown.map((one) => [one.setting, one]));
  const settings = started.shown.map((one) =>
    reloadedNames.test(one.setting) ? (next.get(one.setting) ?? one) : one,
  );
  return { file: started.file, settings };
}
