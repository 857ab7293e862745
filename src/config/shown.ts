import { isRecord, valueAt } from "../core/entry-paths.ts";
import { Secret } from "../core/secret.ts";
import type { ShownSetting } from "../core/shown-setting.ts";
import { type Faults, placeName } from "./faults.ts";
import { settingsReference } from "./reference.ts";

/** Lists of entries that the admin API shows by themselves. */
const lists: ReadonlySet<string> = new Set(["keys", "users", "teams", "channels", "aliases"]);

/** The settings of a configuration, with the places where they were written. `read` has credentials as `Secret`. */
export function shownSettings(written: unknown, read: unknown, faults: Faults): ShownSetting[] {
  return settingsReference()
    .filter(({ setting, supported }) => supported && isShown(setting))
    .map(({ setting, default: standing }) => {
      const path = setting.split(".");
      const value = valueAt(written, path);
      if (value === undefined || value === null)
        return { setting, value: standing === undefined ? null : plain(standing), place: null };
      const isSecret = valueAt(read, path) instanceof Secret;
      const place = placeName(faults.placeOf(path));
      return { setting, value: isSecret ? hidden : textOf(value), place };
    });
}

function isShown(setting: string): boolean {
  return !setting.includes("[]") && !lists.has(setting.split(".")[0] ?? "");
}

/** A text of JSON as it is, and all other JSON too. */
function plain(json: string): string {
  return json.startsWith('"') ? String(JSON.parse(json)) : json;
}

const hidden = "…";

/** A value in words. Entries with words of their own may hold credentials: they are counted alone. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) {
    const isPlain = value.every((one) => !isRecord(one) && !Array.isArray(one));
    return isPlain ? value.map(textOf).join(", ") : counted(value.length);
  }
  if (isRecord(value)) return counted(Object.keys(value).length);
  return typeof value === "string" ? withoutCredentials(value) : String(value);
}

function counted(entries: number): string {
  return `(${entries})`;
}

/** An address without what may be a name, a password or a token in it. */
function withoutCredentials(text: string): string {
  const [scheme, rest] = text.split("://");
  return rest !== undefined && /[@?]/.test(rest) ? `${scheme}://${hidden}` : text;
}
