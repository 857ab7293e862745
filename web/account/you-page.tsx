import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import {
  type PasskeyEntry,
  hasPasskeys,
  passkeysQuery,
  removePasskey,
  renamePasskey,
} from "../api/passkeys.ts";
import { useFigures } from "../watch/figures.ts";
import { sessionQuery, signInWaysQuery } from "../api/session.ts";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button } from "../ui/button.tsx";
import { Question } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Message } from "../ui/message.tsx";
import { Page } from "../ui/page.tsx";
import { Habits } from "./habits.tsx";
import { Problem } from "../ui/problem.tsx";
import { SidePanel } from "../ui/side-panel.tsx";
import { NewPasskey } from "./new-passkey.tsx";
import { PasswordSection } from "./password-section.tsx";

/** The person's own account: the passkeys and the password by which they sign in. */
export function YouPage(): ReactNode {
  const words = useWords().you;
  const session = useQuery(sessionQuery).data;
  const ways = useQuery(signInWaysQuery).data;
  const passkeys = useQuery(passkeysQuery);
  const [isAdding, setAdding] = useState(false);
  const isPossible = hasPasskeys() && ways?.passkeys === true;
  return (
    <Page title={words.title} state={words.state(session?.login ?? "")}>
      <section className="flex max-w-2xl flex-col gap-4" aria-labelledby="passkeys">
        <div className="flex items-center justify-between gap-4">
          <h2 id="passkeys" className="font-[650]">
            {words.passkeys}
          </h2>
          {isPossible ? (
            <Button onPress={() => setAdding(true)}>
              <Icon name="plus" size={16} />
              {words.add}
            </Button>
          ) : null}
        </div>
        <p className="text-soft">{words.about}</p>
        {isPossible || ways === undefined ? null : (
          <Message tone="info" title={ways.passkeys ? words.noBrowser : words.noName} />
        )}
        {passkeys.error === null ? null : (
          <Problem error={passkeys.error} onRetry={() => void passkeys.refetch()} />
        )}
        {passkeys.isPending ? <Aperture size={40} busy label={words.passkeys} /> : null}
        {passkeys.data?.length === 0 ? <p>{words.none}</p> : null}
        <ul className="flex flex-col">
          {passkeys.data?.map((entry) => (
            <PasskeyRow key={entry.id} entry={entry} />
          ))}
        </ul>
      </section>
      {session?.caller.kind === "person" ? (
        <PasswordSection hasPassword={session.has_password === true} />
      ) : null}
      <Habits />
      <NewPasskey isOpen={isAdding} onClose={() => setAdding(false)} />
    </Page>
  );
}

function PasskeyRow({ entry }: { readonly entry: PasskeyEntry }): ReactNode {
  const words = useWords().you;
  const [asked, setAsked] = useState<"rename" | "remove">();
  const close = (): void => setAsked(undefined);
  const { day } = useFigures();
  return (
    <li className="flex flex-wrap items-center justify-between gap-2 border-b border-line py-3">
      <div className="min-w-0">
        <p className="truncate font-medium">{entry.name}</p>
        <p className="text-label text-soft">
          {words.facts(
            day(entry.created_at),
            entry.used_at === null ? undefined : day(entry.used_at),
          )}
          {` · ${words.devices[entry.device]}`}
        </p>
      </div>
      <div className="flex gap-1">
        <Button
          kind="quiet"
          onPress={() => setAsked("rename")}
          aria-label={words.renameOne(entry.name)}
        >
          {words.rename}
        </Button>
        <Button
          kind="quiet"
          onPress={() => setAsked("remove")}
          aria-label={words.removeOne(entry.name)}
        >
          {words.remove}
        </Button>
      </div>
      <RenamePanel entry={entry} isOpen={asked === "rename"} onClose={close} />
      <RemoveQuestion entry={entry} isOpen={asked === "remove"} onClose={close} />
    </li>
  );
}

interface AskProps {
  readonly entry: PasskeyEntry;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

function RenamePanel({ entry, isOpen, onClose }: AskProps): ReactNode {
  const { you: words, save } = useWords();
  const [name, setName] = useState(entry.name);
  const renaming = useChange(() => renamePasskey(entry.id, name), onClose);
  if (!isOpen) return null;
  return (
    <SidePanel title={words.renameOne(entry.name)} onClose={onClose}>
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          renaming.mutate();
        }}
      >
        {renaming.error === null ? null : <Problem error={renaming.error} />}
        <Field label={words.name} value={name} onChange={setName} isRequired autoFocus />
        <div className="flex justify-end">
          <Button type="submit" kind="main" isPending={renaming.isPending}>
            {save}
          </Button>
        </div>
      </form>
    </SidePanel>
  );
}

function RemoveQuestion({ entry, isOpen, onClose }: AskProps): ReactNode {
  const words = useWords().you;
  const removing = useChange(() => removePasskey(entry.id), onClose);
  return (
    <Question
      title={words.removeOne(entry.name)}
      isOpen={isOpen}
      onClose={onClose}
      action={
        <Button kind="danger" isPending={removing.isPending} onPress={() => removing.mutate()}>
          {words.remove}
        </Button>
      }
    >
      <p>{words.removeMeans}</p>
      {removing.error === null ? null : <Problem error={removing.error} />}
    </Question>
  );
}

function useChange(change: () => Promise<unknown>, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: passkeysQuery.queryKey });
      onDone();
    },
  });
}
