import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import { Form } from "react-aria-components";
import { ApiError } from "../api/ask.ts";
import { changePassword, sessionQuery } from "../api/session.ts";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Message } from "../ui/message.tsx";
import { Problem } from "../ui/problem.tsx";

/** The part of a person's page in which they change their password, or set a first one. */
export function PasswordSection({ hasPassword }: { readonly hasPassword: boolean }): ReactNode {
  const { you: words, welcome } = useWords();
  const [present, setPresent] = useState("");
  const [password, setPassword] = useState("");
  const queries = useQueryClient();
  const changing = useMutation({
    mutationFn: () => changePassword({ present: hasPassword ? present : null, password }),
    onSuccess(session) {
      queries.setQueryData(sessionQuery.queryKey, session);
      setPresent("");
      setPassword("");
    },
  });
  const { error } = changing;
  const isWrong = error instanceof ApiError && error.code === "sign_in_failed";
  const fault = error instanceof ApiError && error.param === "password" ? error.message : undefined;
  return (
    <section className="flex max-w-2xl flex-col gap-4" aria-labelledby="password">
      <h2 id="password" className="font-[650]">
        {hasPassword ? words.password : words.firstPassword}
      </h2>
      {changing.isSuccess ? <Message tone="good" title={words.passwordChanged} /> : null}
      {error === null || isWrong || fault !== undefined ? null : <Problem error={error} />}
      <Form
        className="flex max-w-md flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          changing.mutate();
        }}
      >
        {hasPassword ? (
          <Field
            label={words.presentPassword}
            type="password"
            value={present}
            onChange={setPresent}
            autoComplete="current-password"
            isRequired
            error={isWrong ? words.wrongPassword : undefined}
          />
        ) : null}
        <Field
          label={words.newPassword}
          hint={`${welcome.passwordHint} ${words.newPasswordHint}`}
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
          minLength={12}
          isRequired
          error={fault}
        />
        <div>
          <Button type="submit" isPending={changing.isPending}>
            {words.changePassword}
          </Button>
        </div>
      </Form>
    </section>
  );
}
