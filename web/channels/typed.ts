import { useRouteContext } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import {
  type Leaving,
  forgetDraft,
  keepDraft,
  keptDraft,
  useLeaving,
} from "../operate/editing/kept-draft.ts";
import type { ChannelEntry, Provider, Words } from "./channels.ts";
import type { Changes } from "./draft.ts";
import { emptyWords, type SettingField, settingFields } from "./form-fields.ts";

/** A form as it outlives a reload: without its credentials. */
interface KeptForm {
  readonly provider: string;
  readonly begun: ChannelEntry | undefined;
  readonly changes: Changes;
  readonly untold: readonly string[];
}

/** The name of the draft of a channel's form: whose, and of which channel; a new one has no id. */
export function useDraftName(id: string | undefined): string {
  const { caller } = useRouteContext({ from: "/inside" }).session;
  return `${caller.id}.channel.${id ?? ""}`;
}

/** The provider of the new channel that this tab has a draft of; undefined: it has none. */
export function keptProvider(draft: string): string | undefined {
  return keptDraft<KeptForm>(draft)?.provider;
}

/** The texts that were typed into a form, over the channel that it began with. */
interface Typed {
  readonly changes: Changes;
  readonly setChanges: (next: Changes | ((now: Changes) => Changes)) => void;
  /** The channel as it stood when the first of them was typed. */
  readonly begun: ChannelEntry | undefined;
  readonly setBegun: (begun: ChannelEntry | undefined) => void;
  /** The words that they differ from. */
  readonly base: Words;
  readonly settings: readonly SettingField[];
  /** The number of texts that differ from what stands. */
  readonly changed: number;
  /** Places of credentials that were typed before a reload, and are not again. */
  readonly untold: readonly string[];
  readonly leaving: Leaving | undefined;
  /** Lets the draft of this tab go: it was saved, or given up. */
  readonly forget: () => void;
}

/** The texts of a form, which survive a reload; leaving asks while there are any. */
export function useTyped(
  channel: ChannelEntry | undefined,
  provider: Provider,
  initial: Changes,
): Typed {
  const draft = useDraftName(channel?.id);
  const [kept, setKept] = useState(() => keptOf(draft, provider));
  const [changes, setChanges] = useState(kept?.changes ?? initial);
  const [begun, setBegun] = useState(kept === undefined ? channel : kept.begun);
  const isChanged = Object.keys(changes).length > 0;
  if (!isChanged && begun !== channel) setBegun(channel);
  const base: Words = (isChanged ? begun : channel) ?? emptyWords;
  const settings = settingFields(provider, base, changes);
  const changed = Object.entries(changes).filter(([path, one]) => initial[path] !== one).length;
  const untold = (kept?.untold ?? []).filter((path) => !(path in changes));
  useKeeping(draft, changed > 0, { provider: provider.id, begun, changes, untold }, settings);
  return {
    changes,
    setChanges,
    begun,
    setBegun,
    base,
    settings,
    changed,
    untold,
    leaving: useLeaving(draft, changed > 0),
    forget() {
      forgetDraft(draft);
      setKept(undefined);
    },
  };
}

/** The draft of a form over the same provider. */
function keptOf(draft: string, { id }: Provider): KeptForm | undefined {
  const kept = keptDraft<KeptForm>(draft);
  return kept?.provider === id ? kept : undefined;
}

/** Keeps a form while it differs, but never what is typed as a credential. */
function useKeeping(
  draft: string,
  isChanged: boolean,
  form: KeptForm,
  settings: readonly SettingField[],
): void {
  useEffect(() => {
    if (!isChanged) {
      forgetDraft(draft);
      return;
    }
    const secrets = settings.filter(({ kind, several }) => kind === "secret" || several);
    const typed = secrets
      .map(({ path }) => path)
      .filter((path) => (form.changes[path] ?? "") !== "");
    const open = Object.entries(form.changes).filter(([path]) => !typed.includes(path));
    const untold = [...new Set([...form.untold, ...typed])];
    keepDraft(draft, { ...form, changes: Object.fromEntries(open), untold } satisfies KeptForm);
  });
}
