import type { KeySettings, PreviousSecret } from "./key.ts";
import type { OwnerSettings } from "./people.ts";
import type { EntryWords, ResourceKind } from "./resource.ts";
import type { Secret } from "./secret.ts";

/** A state is what an operator wants to be served, in the words of the configuration file; these are its entries once they are read. */

/** One entry of a state: a resource with the choices that are wanted for it. */
export interface StateEntry<S> {
  readonly id: string;
  readonly settings: S;
  /** The version that the entry was made from; undefined: whichever stands. */
  readonly version: number | undefined;
  /** The place of the entry: `teams[0]`. */
  readonly at: string;
}

/** The secret of a key: itself, or the digest that another database kept of it. */
export type StateSecret =
  | { readonly kind: "plain"; readonly key: Secret }
  | { readonly kind: "digest"; readonly digest: string; readonly hint: string };

export interface StateKey extends StateEntry<KeySettings> {
  /** Undefined: the one that it has. */
  readonly secret: StateSecret | undefined;
  /** The secret that a rotation has replaced; undefined: none that the state knows of. */
  readonly previous: Omit<PreviousSecret, "usedAt"> | undefined;
}

/** A state as far as it could be read. A section that is absent says nothing of its resources. */
export interface State {
  readonly teams: readonly StateEntry<OwnerSettings>[] | undefined;
  readonly users: readonly StateEntry<OwnerSettings>[] | undefined;
  readonly keys: readonly StateKey[] | undefined;
  /** Entries of the configuration by their kind, in the words of the file; a kind that is absent is not spoken of. */
  readonly resources: ReadonlyMap<ResourceKind, readonly StateEntry<EntryWords>[]>;
  /** Ids of all entries, those at fault too, so that one that names them is not at fault for it. */
  readonly named: Readonly<Record<"teams" | "users", ReadonlySet<string>>>;
}

/** One mistake in a state. */
export interface StateFault {
  /** The place: `keys[0].budget.usd`. */
  readonly setting: string;
  readonly code: "invalid_value" | "conflict" | "version_stale";
  /** A sentence that says what to change. Never holds a credential. */
  readonly message: string;
}

/** A state as it was read, with all mistakes that reading finds. */
export interface ReadState {
  readonly state: State;
  readonly faults: readonly StateFault[];
}

/** Reads a state with the values of the variables that it names as `${NAME}`. */
export type StateReader = (
  written: unknown,
  variables: Readonly<Record<string, string>>,
) => Promise<ReadState>;
