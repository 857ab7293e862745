import type { z } from "zod";
import { keySettingsOf } from "../core/key-words.ts";
import { ownerSettingsOf } from "../core/owner-words.ts";
import type { ReadState, State, StateKey, StateReader, StateSecret } from "../core/state.ts";
import { isRecord, withoutNulls } from "../core/entry-paths.ts";
import { type Faults, gatherFaults, type Path, settingName } from "./faults.ts";
import { interpolate } from "./interpolate.ts";
import { readWith } from "./issues.ts";
import { entriesIn } from "./state-entries.ts";
import { faultRepeatedBudgets } from "./sections/budget.ts";
import {
  stateKeySchema,
  stateSections,
  stateTeamSchema,
  stateUserSchema,
} from "./sections/state.ts";

/** Levels of groups and lists in a state; no entry has as many. */
const depthMax = 40;

/**
 * Reads a state: the sections of the configuration file that a database can hold, by the same schemas. What is at
 * fault is left out and told; all else is read on, so that all mistakes are told at once.
 */
export const readState: StateReader = (written, variables) => {
  const faults = gatherFaults(() => undefined);
  const isFlat = isAtMost(written, depthMax);
  if (!isFlat) faults.add([], `the state is nested deeper than ${depthMax} levels`);
  const filled = isFlat ? interpolate(withoutNulls(written), variables, faults) : {};
  const state = sectionsOf(filled, faults);
  return Promise.resolve(told(state, faults));
};

function told(state: State, faults: Faults): ReadState {
  const found = faults.list().map(({ setting, message }) => ({ setting, message }));
  return { state, faults: found.map((fault) => ({ ...fault, code: "invalid_value" as const })) };
}

function isAtMost(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isAtMost(inner, depth - 1));
}

function sectionsOf(value: unknown, faults: Faults): State {
  const sections = readWith(stateSections, value, { faults, at: [] }) ?? listsOf(value);
  const { teams, users, keys } = sections;
  return {
    teams: teams && ownersOf("teams", teams, faults),
    users: users && ownersOf("users", users, faults),
    keys: keys && keysOf(keys, faults),
    named: { teams: namesOf(teams), users: namesOf(users) },
    resources: entriesIn(value, faults),
  };
}

/** The sections that are lists, although the state is at fault elsewhere. */
function listsOf(value: unknown): Partial<Record<"teams" | "users" | "keys", unknown[]>> {
  const list = (name: string): unknown[] | undefined => {
    const found = isRecord(value) ? value[name] : undefined;
    return Array.isArray(found) ? found : undefined;
  };
  const [teams, users, keys] = ["teams", "users", "keys"].map(list);
  return {
    ...(teams === undefined ? {} : { teams }),
    ...(users === undefined ? {} : { users }),
    ...(keys === undefined ? {} : { keys }),
  };
}

function namesOf(entries: readonly unknown[] = []): ReadonlySet<string> {
  return new Set(entries.map((entry) => (isRecord(entry) ? String(entry["id"]) : "")));
}

/** The entries of a section that can be read, each with its path. */
function entriesOf<S extends z.ZodType>(
  section: string,
  entries: readonly unknown[],
  schema: S,
  faults: Faults,
): { readonly at: Path; readonly words: z.output<S> }[] {
  return entries.flatMap((entry, index) => {
    const at: Path = [section, index];
    const words = readWith(schema, entry, { faults, at });
    return words === undefined ? [] : [{ at, words }];
  });
}

function ownersOf(section: "teams" | "users", entries: readonly unknown[], faults: Faults) {
  const schema = section === "teams" ? stateTeamSchema : stateUserSchema;
  const read = entriesOf(section, entries, schema, faults).map(({ at, words }) => {
    const { id, version, ...rest } = words;
    faultRepeatedBudgets(rest.budget, [...at, "budget"], faults);
    return { id, version, settings: ownerSettingsOf(rest), path: at, at: settingName(at) };
  });
  return unrepeated(read, faults);
}

function keysOf(entries: readonly unknown[], faults: Faults): StateKey[] {
  const read = entriesOf("keys", entries, stateKeySchema, faults).flatMap(({ at, words }) => {
    const { id = words.name, version, key, digest, hint, previous, ...rest } = words;
    if (!stateKeySchema.shape.id.safeParse(id).success) {
      faults.add([...at, "id"], `\`${settingName(at)}\` needs an \`id\`, since its name is none`);
      return [];
    }
    faultRepeatedBudgets(rest.budget, [...at, "budget"], faults);
    if (key !== undefined && digest !== undefined)
      faults.add([...at, "digest"], "give `key` or `digest`, not both");
    const secret: StateSecret | undefined =
      key === undefined
        ? digest === undefined
          ? undefined
          : { kind: "digest", digest, hint }
        : { kind: "plain", key };
    const settings = keySettingsOf(rest);
    return [{ id, version, settings, secret, previous, path: at, at: settingName(at) }];
  });
  return unrepeated(read, faults);
}

/** Entries without those whose id an earlier one has. */
function unrepeated<E extends { readonly id: string; readonly path: Path }>(
  entries: readonly E[],
  faults: Faults,
): Omit<E, "path">[] {
  const seen = new Set<string>();
  return entries.flatMap(({ path, ...entry }) => {
    const { id } = entry;
    if (seen.has(id)) {
      faults.add(
        [...path, "id"],
        `another entry of \`${String(path[0])}\` has the id \`${id}\` already; choose a different one`,
      );
      return [];
    }
    seen.add(id);
    return [entry];
  });
}
