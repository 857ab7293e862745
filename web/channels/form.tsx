import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, use, useState } from "react";
import { ApiError } from "../api/ask.ts";
import type { Leaving } from "../operate/editing/kept-draft.ts";
import {
  type ChannelEntry,
  type Provider,
  type Words,
  changeChannel,
  channelsQuery,
  createChannel,
} from "./channels.ts";
import {
  type Changes,
  type Faults,
  faultAt,
  faultsElsewhere,
  faultsOf,
  standingText,
  withText,
  wordsOf,
} from "./draft.ts";
import { emptyWords, kindsOf, type SettingField } from "./form-fields.ts";
import { useTyped } from "./typed.ts";
import { useChannelWords } from "./words.ts";

/** A form of a channel, new or standing, as its fields see it. */
export interface ChannelForm {
  readonly settings: readonly SettingField[];
  readonly changes: Changes;
  readonly words: Words;
  /** The text of a field as it stands now. */
  text(path: string): string;
  set(path: string, text: string): void;
  /** Sets several fields at once. */
  setAll(texts: Readonly<Record<string, string>>): void;
  /** The fault of a field, in the gateway's words. */
  fault(path: string): string | undefined;
  /** Faults of what no field shows. */
  readonly faultsElsewhere: readonly string[];
  /** The channel as somebody else has left it; null: it was deleted; undefined: nobody was faster. */
  readonly current: ChannelEntry | null | undefined;
  readonly isSaving: boolean;
  readonly error: unknown;
  /** Fields that differ from what the form began with. */
  readonly changed: number;
  /** Credentials that were typed before a reload, by their places: they are kept nowhere, and have to be typed again. */
  readonly untold: readonly string[];
  /** The question before the form is left with changes. */
  readonly leaving: Leaving | undefined;
  discard(): void;
  save(): void;
  /** Goes on from what somebody else has left: with the changes that were typed, or without them. */
  goOn(current: ChannelEntry, isMine: boolean): void;
}

export const FormContext = createContext<ChannelForm | undefined>(undefined);

/** The form that a field stands in. */
export function useForm(): ChannelForm {
  const form = use(FormContext);
  if (form === undefined) throw new Error("a field of a channel stands in its form");
  return form;
}

/** The outcome of a save that was refused. */
interface Refusal {
  readonly error: unknown;
  readonly faults: Faults;
  readonly current?: ChannelEntry | null;
}

/**
 * The state of a form. While something differs the version that it began with is kept, so that what somebody else
 * changes meanwhile is noticed and not overwritten.
 */
export function useChannelForm(
  channel: ChannelEntry | undefined,
  provider: Provider,
  initial: Changes,
  onSaved: (channel: ChannelEntry) => void,
): ChannelForm {
  const words = useChannelWords().panel;
  const queries = useQueryClient();
  const typed = useTyped(channel, provider, initial);
  const { changes, setChanges, begun, setBegun, base, settings, changed, untold } = typed;
  const [refusal, setRefusal] = useState<Refusal>();
  const [isSaving, setSaving] = useState(false);
  const kinds = kindsOf(settings);
  const standing = (path: string): string => standingText(base, path, kinds.get(path) ?? "json");
  const text = (path: string): string => changes[path] ?? standing(path);
  const setAll = (texts: Readonly<Record<string, string>>): void =>
    setChanges((now) =>
      Object.entries(texts).reduce(
        (all, [path, next]) => withText(all, { path, text: next, standing: standing(path) }),
        now,
      ),
    );
  const send = async (from: ChannelEntry | undefined): Promise<void> => {
    setSaving(true);
    try {
      const saved = await save(from, wordsOf(changes, kinds, from ?? emptyWords), queries);
      setRefusal(undefined);
      typed.forget();
      setChanges({});
      setBegun(saved);
      onSaved(saved);
    } catch (error) {
      setRefusal({ error, faults: faultsOf(error, words.notJson), ...currentOf(error) });
    } finally {
      setSaving(false);
    }
  };
  const faults: Faults = refusal?.faults ?? new Map();
  return {
    settings,
    changes,
    words: base,
    text,
    setAll,
    set: (path, next) => setAll({ [path]: next }),
    fault: (path) => faultAt(faults, path),
    faultsElsewhere: faultsElsewhere(faults, [...kinds.keys()]),
    current: refusal?.current,
    isSaving,
    error: refusal?.error,
    changed,
    untold,
    leaving: typed.leaving,
    discard() {
      typed.forget();
      setChanges(initial);
      setRefusal(undefined);
    },
    save: () => void send(begun),
    goOn(current, isMine) {
      setBegun(current);
      setRefusal(undefined);
      if (isMine) void send(current);
      else setChanges({});
      void queries.invalidateQueries({ queryKey: channelsQuery.queryKey });
    },
  };
}

/** Makes or changes a channel; the list beside the form has it at once. */
async function save(
  from: ChannelEntry | undefined,
  sent: Words,
  queries: QueryClient,
): Promise<ChannelEntry> {
  const saved = from === undefined ? await createChannel(sent) : await changeChannel(from, sent);
  queries.setQueryData(channelsQuery.queryKey, (known) =>
    known?.map((one) => (one.id === saved.id && !one.shadowed ? saved : one)),
  );
  await queries.invalidateQueries({ queryKey: channelsQuery.queryKey });
  return saved;
}

/** The channel as it stands by now, of the refusal of a change that was made from an older version. */
function currentOf(error: unknown): Pick<Refusal, "current"> {
  if (!(error instanceof ApiError) || error.status !== 412) return {};
  const { current } = (error.body as { error: { current?: ChannelEntry | null } }).error;
  return { current: current ?? null };
}
