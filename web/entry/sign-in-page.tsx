import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { ReactNode } from "react";
import { Form } from "react-aria-components";
import { ApiError } from "../api/ask.ts";
import { sessionQuery, signIn, signInWaysQuery } from "../api/session.ts";
import { startOf } from "../frame/places.ts";
import { useWords } from "../language/language.tsx";
import { Button, buttonLooks } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Message } from "../ui/message.tsx";
import { Problem } from "../ui/problem.tsx";
import { EntryPage } from "./entry-page.tsx";

/** The page to sign in with a password; it leads back to where the person wanted to go. */
export function SignInPage(): ReactNode {
  const words = useWords();
  const { next, problem } = useSearch({ from: "/sign-in" });
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const entering = useMutation({
    mutationFn: () => signIn(login, password),
    async onSuccess(session) {
      queries.setQueryData(sessionQuery.queryKey, session);
      await navigate({ href: next ?? startOf(session.caller.role) });
    },
  });
  const isRefused = entering.error instanceof ApiError && entering.error.status === 401;
  return (
    <EntryPage title={words.signIn.title} lead={words.signIn.lead}>
      <Form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          entering.mutate();
        }}
      >
        {problem === undefined ? null : (
          <Message tone="bad" title={words.signIn.problem}>
            {words.signIn.problems[problem] ?? words.signIn.otherProblem(problem)}
          </Message>
        )}
        {next === undefined ? null : <Message tone="info" title={words.signIn.goOn} />}
        {entering.error !== null && !isRefused ? <Problem error={entering.error} /> : null}
        <Field
          label={words.signIn.login}
          value={login}
          onChange={setLogin}
          autoComplete="username"
          autoFocus
          isRequired
        />
        <Field
          label={words.signIn.password}
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          isRequired
          error={isRefused ? entering.error?.message : undefined}
        />
        <Button type="submit" kind="main" isPending={entering.isPending}>
          {words.signIn.submit}
        </Button>
        <ProviderLink next={next} />
        <p className="text-label text-soft">{words.signIn.noAccount}</p>
      </Form>
    </EntryPage>
  );
}

/** The way in by the company's own identity provider, where there is one. */
function ProviderLink({ next }: { readonly next: string | undefined }): ReactNode {
  const words = useWords().signIn;
  const { data } = useQuery(signInWaysQuery);
  if (!data?.oidc) return null;
  const { name, path } = data.oidc;
  const to = next === undefined ? "" : `?to=${encodeURIComponent(next)}`;
  return (
    <a href={`${path}${to}`} className={buttonLooks("plain")}>
      {words.by(name)}
    </a>
  );
}
