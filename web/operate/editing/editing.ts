import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiError } from "../../api/ask.ts";
import { useIsHere } from "./is-here.ts";
import { type Leaving, forgetDraft, keepDraft, keptDraft, useLeaving } from "./kept-draft.ts";

/** The fields of a form: texts, switches and lists. */
export type Fields = object;

/** A thing that counts its changes, as its form shows it. */
export interface Edition<T extends Fields> {
  /** Of what it was read from; 0: it is new. */
  readonly version: number;
  readonly fields: T;
}

interface EditingParts<T extends Fields> {
  /** The name of the draft that this tab keeps while the form differs: whose, and of what. */
  readonly draft: string;
  readonly standing: Edition<T>;
  /** Sends the fields that differ. */
  readonly save: (changes: Partial<T>, all: Edition<T>) => Promise<unknown>;
  /** Reads the fields of what stands now out of a refused change. */
  readonly readCurrent?: (current: unknown) => Edition<T>;
  readonly onSaved: (answer: unknown) => void;
}

/** The edition that a form began with, and its fields by now. */
interface Draft<T extends Fields> {
  readonly base: Edition<T>;
  readonly fields: T;
}

/** A form while it is filled in. */
export interface Editing<T extends Fields> {
  readonly fields: T;
  readonly set: (change: Partial<T>) => void;
  /** Fields that differ from what stands. */
  readonly changed: readonly (keyof T & string)[];
  readonly discard: () => void;
  readonly submit: () => void;
  readonly isPending: boolean;
  readonly error: Error | null;
  /** The gateway's words on a field of its own; the places within one count too. */
  readonly faultAt: (param: string, exactly?: boolean) => string | undefined;
  /** The edition that stands now, where somebody else was faster. */
  readonly newer: Edition<T> | undefined;
  /** Goes on from what stands now: with one's own changes on top of it, or without. */
  readonly settle: (own: boolean) => void;
  /** The question before the page is left with changes. */
  readonly leaving: Leaving | undefined;
}

/** A form over something that others may change too; its changes survive a reload, and leaving asks. */
export function useEditing<T extends Fields>(parts: EditingParts<T>): Editing<T> {
  const { draft: name, standing, save, readCurrent, onSaved } = parts;
  const [draft, setDraft] = useState(() => keptDraft<Draft<T>>(name) ?? draftOf(standing));
  const { base, fields } = draft;
  const changed = differing(base.fields, fields);
  const isChanged = changed.length > 0;
  const queries = useQueryClient();
  const isHere = useIsHere();
  const saving = useMutation({
    mutationFn: () => save(only(fields, changed), { version: base.version, fields }),
    onSuccess(answer) {
      forgetDraft(name);
      // Whoever has gone on to something else by now is left there.
      if (isHere.current) onSaved(answer);
    },
    onError(error) {
      // Where the session has ended, whatever is asked next leads to the sign-in and back to this draft.
      if (error instanceof ApiError && error.status === 401) void queries.invalidateQueries();
    },
  });
  const { error } = saving;
  const newer = currentOf(error, readCurrent);
  useEffect(() => {
    if (isChanged) keepDraft(name, draft);
    else forgetDraft(name);
  }, [name, draft, isChanged]);
  const leaving = useLeaving(name, isChanged);
  const restart = (next: Draft<T>): void => {
    saving.reset();
    setDraft(next);
  };
  return {
    fields,
    set: (change) => setDraft((now) => ({ ...now, fields: { ...now.fields, ...change } })),
    changed,
    discard: () => restart(draftOf(base)),
    submit: () => saving.mutate(),
    isPending: saving.isPending,
    error,
    faultAt: (param, exactly) => faultOf(error, param, exactly),
    newer,
    settle(own) {
      if (newer === undefined) return;
      restart({ base: newer, fields: { ...newer.fields, ...(own ? only(fields, changed) : {}) } });
    },
    leaving,
  };
}

function draftOf<T extends Fields>(base: Edition<T>): Draft<T> {
  return { base, fields: base.fields };
}

/** The names of fields that are not the same in both. */
export function differing<T extends Fields>(before: T, after: T): (keyof T & string)[] {
  return (Object.keys(after) as (keyof T & string)[]).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
}

function only<T extends Fields>(fields: T, names: readonly (keyof T & string)[]): Partial<T> {
  return Object.fromEntries(names.map((name) => [name, fields[name]])) as Partial<T>;
}

function faultOf(error: Error | null, param: string, exactly = false): string | undefined {
  if (!(error instanceof ApiError) || error.param === undefined) return undefined;
  const isIt = error.param === param || (!exactly && error.param.startsWith(`${param}.`));
  return isIt ? error.message : undefined;
}

function currentOf<T extends Fields>(
  error: Error | null,
  readCurrent: ((current: unknown) => Edition<T>) | undefined,
): Edition<T> | undefined {
  if (!(error instanceof ApiError) || error.status !== 412) return undefined;
  const { error: told } = error.body as { error?: { current?: unknown } };
  return told?.current === undefined || told.current === null
    ? undefined
    : readCurrent?.(told.current);
}
