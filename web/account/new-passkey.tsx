import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import { Form } from "react-aria-components";
import { ApiError } from "../api/ask.ts";
import { addPasskey, isLeftOff, isThereAlready, passkeysQuery } from "../api/passkeys.ts";
import { sessionQuery } from "../api/session.ts";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Message } from "../ui/message.tsx";
import { Problem } from "../ui/problem.tsx";
import { SidePanel } from "../ui/side-panel.tsx";

/** The panel in which this device makes a passkey: a name for it, and the password where there is one. */
export function NewPasskey({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const words = useWords().you;
  if (!isOpen) return null;
  return (
    <SidePanel title={words.add} onClose={onClose}>
      <NewPasskeyForm onMade={onClose} />
    </SidePanel>
  );
}

function NewPasskeyForm({ onMade }: { readonly onMade: () => void }): ReactNode {
  const { you: words, signIn } = useWords();
  const hasPassword = useQuery(sessionQuery).data?.has_password === true;
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const queries = useQueryClient();
  const adding = useMutation({
    mutationFn: () => addPasskey({ name, password }),
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: passkeysQuery.queryKey });
      onMade();
    },
  });
  const { error } = adding;
  const isWrong = hasPassword && error instanceof ApiError && error.code === "sign_in_failed";
  return (
    <Form
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        adding.mutate();
      }}
    >
      {error === null || isWrong ? null : <PasskeyProblem error={error} />}
      <Field
        label={words.name}
        hint={words.nameHint}
        value={name}
        onChange={setName}
        isRequired
        autoFocus
      />
      {hasPassword ? (
        <Field
          label={signIn.password}
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          isRequired
          error={isWrong ? words.wrongPassword : undefined}
        />
      ) : null}
      <div className="flex justify-end">
        <Button type="submit" kind="main" isPending={adding.isPending}>
          {words.make}
        </Button>
      </div>
    </Form>
  );
}

function PasskeyProblem({ error }: { readonly error: Error }): ReactNode {
  const words = useWords().you;
  if (isLeftOff(error)) return <Message tone="info" title={words.leftOff} />;
  if (isThereAlready(error)) return <Message tone="info" title={words.thereAlready} />;
  return <Problem error={error} />;
}
