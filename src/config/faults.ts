/** A step into the file: a setting's name, or a place in a list, counted from 0. */
export type Path = readonly (string | number)[];

/** The place that a value came from. Lines count from 1. */
export type Place =
  | { readonly file: string; readonly line: number | undefined }
  | { readonly variable: string }
  | { readonly flag: string };

/** One mistake in the configuration. */
export interface Fault {
  /** `channels[0].settings.api_key`; empty where the file as a whole is meant. */
  readonly setting: string;
  /** A sentence that says what is wrong and what to change. Never holds a credential. */
  readonly message: string;
  readonly place: Place | undefined;
}

/** A path as people write it: `channels[0].settings.api_key`. */
export function settingName(path: Path): string {
  let name = "";
  for (const step of path) {
    if (typeof step === "number") name += `[${step}]`;
    else if (!/^[\w-]+$/.test(step)) name += `[${JSON.stringify(step)}]`;
    else name += name === "" ? step : `.${step}`;
  }
  return name;
}

/** A place in words: `pinhole.yaml, line 3`. */
export function placeName(place: Place | undefined): string {
  if (place === undefined) return "the configuration";
  if ("variable" in place) return place.variable;
  if ("flag" in place) return place.flag;
  return place.line === undefined ? place.file : `${place.file}, line ${place.line}`;
}

/** One fault on one line: `pinhole.yaml:3: …`, `PINHOLE_PORT: …` or `--port: …`. */
export function faultLine(fault: Fault): string {
  const place = fault.place;
  if (place === undefined) return fault.message;
  if ("variable" in place) return `${place.variable}: ${fault.message}`;
  if ("flag" in place) return `${place.flag}: ${fault.message}`;
  return place.line === undefined
    ? `${place.file}: ${fault.message}`
    : `${place.file}:${place.line}: ${fault.message}`;
}

/** The configuration cannot be used: every fault that was found, none twice. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(faultLine).join("\n"));
    this.faults = faults;
  }
}

/** Gathers faults while the configuration is read. */
export interface Faults {
  /** Keeps the first fault of a setting: what is below or repeats it would be noise. */
  add(path: Path, message: string, place?: Place): void;
  /** True where this setting, one above it, or one below it is at fault. */
  touches(path: Path): boolean;
  readonly found: boolean;
  /** The place where the value of a setting was written. */
  placeOf(path: Path): Place | undefined;
  /** In the order of the file, then of the environment and the flags. */
  list(): Fault[];
}

/** `placeOf` finds where the value of a setting was written. */
export function gatherFaults(placeOf: (path: Path) => Place | undefined): Faults {
  const entries: { path: Path; fault: Fault }[] = [];
  const startsWith = (path: Path, start: Path): boolean =>
    start.every((step, index) => path[index] === step);
  return {
    add(path, message, place) {
      if (
        path.length > 0 &&
        entries.some((entry) => entry.path.length > 0 && startsWith(path, entry.path))
      )
        return;
      const fault = { setting: settingName(path), message, place: place ?? placeOf(path) };
      entries.push({ path, fault });
    },
    touches: (path) =>
      entries.some((entry) => startsWith(path, entry.path) || startsWith(entry.path, path)),
    get found() {
      return entries.length > 0;
    },
    placeOf,
    list: () => entries.map((entry) => entry.fault).toSorted((a, b) => rank(a) - rank(b)),
  };
}

function rank(fault: Fault): number {
  if (fault.place === undefined) return Number.MAX_SAFE_INTEGER;
  return "file" in fault.place ? (fault.place.line ?? 0) : Number.MAX_SAFE_INTEGER - 1;
}
