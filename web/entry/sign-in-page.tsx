import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { ReactNode } from "react";
import { Form } from "react-aria-components";
import { ApiError } from "../api/ask.ts";
import { hasPasskeys, isLeftOff, signInByPasskey } from "../api/passkeys.ts";
import { type Session, sessionQuery, signIn, signInWaysQuery } from "../api/session.ts";
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
  const enter = useEntering(next);
  const entering = useMutation({ mutationFn: () => signIn(login, password), onSuccess: enter });
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
        <PasskeyButton next={next} />
        <ProviderLink next={next} />
        <p className="text-label text-soft">{words.signIn.noAccount}</p>
      </Form>
    </EntryPage>
  );
}

/** The way in by a passkey, where browser and gateway have them. */
function PasskeyButton({ next }: { readonly next: string | undefined }): ReactNode {
  const words = useWords().signIn;
  const { data } = useQuery(signInWaysQuery);
  const enter = useEntering(next);
  const entering = useMutation({ mutationFn: signInByPasskey, onSuccess: enter });
  if (data?.passkeys !== true || !hasPasskeys()) return null;
  const { error } = entering;
  const isRefused = error instanceof ApiError && error.code === "sign_in_failed";
  const fault = isLeftOff(error)
    ? words.passkeyLeftOff
    : isRefused
      ? words.passkeyRefused
      : undefined;
  return (
    <>
      <Button isPending={entering.isPending} onPress={() => entering.mutate()}>
        {words.passkey}
      </Button>
      {fault === undefined ? null : <Message tone="warn" title={fault} />}
      {error === null || fault !== undefined ? null : <Problem error={error} />}
    </>
  );
}

/** The end of a sign-in: the page that the person wanted opens. */
function useEntering(next: string | undefined): (session: Session) => Promise<void> {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return async (session) => {
    queries.setQueryData(sessionQuery.queryKey, session);
    await navigate({ href: next ?? startOf(session.caller.role) });
  };
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
