import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import { Form } from "react-aria-components";
import { ApiError } from "../api/ask.ts";
import { hasPasskeys, isLeftOff, signInByPasskey } from "../api/passkeys.ts";
import { type Session, signIn, signInWaysQuery } from "../api/session.ts";
import { useWords } from "../language/language.tsx";
import { Button, buttonLooks } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Message } from "../ui/message.tsx";
import { Problem } from "../ui/problem.tsx";

type Enter = (session: Session) => unknown;

/** All ways in: a password, a passkey, the company's identity provider. */
export function SignInForm({
  login: known,
  next,
  isInPlace = false,
  onEntered,
}: {
  /** The name of who was signed in before. */
  readonly login?: string | undefined;
  /** The page that the identity provider leads back to. */
  readonly next?: string | undefined;
  /** True over a page that must stay: what leads away opens beside it. */
  readonly isInPlace?: boolean;
  readonly onEntered: Enter;
}): ReactNode {
  const words = useWords().signIn;
  const [login, setLogin] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const entering = useMutation({
    mutationFn: () => signIn(login, password),
    onSuccess: onEntered,
  });
  const isRefused = entering.error instanceof ApiError && entering.error.status === 401;
  return (
    <Form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        entering.mutate();
      }}
    >
      {entering.error !== null && !isRefused ? (
        <Problem error={entering.error} title={words.failed} />
      ) : null}
      <Field
        label={words.login}
        value={login}
        onChange={setLogin}
        autoComplete="username"
        autoFocus={known === undefined}
        isRequired
      />
      <Field
        label={words.password}
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        autoFocus={known !== undefined}
        isRequired
        error={isRefused ? entering.error?.message : undefined}
      />
      <Button type="submit" kind="main" isPending={entering.isPending}>
        {words.submit}
      </Button>
      <PasskeyButton onEntered={onEntered} />
      <ProviderLink next={next} isInPlace={isInPlace} />
    </Form>
  );
}

/** The way in by a passkey, where browser and gateway have them. */
function PasskeyButton({ onEntered }: { readonly onEntered: Enter }): ReactNode {
  const words = useWords().signIn;
  const { data } = useQuery(signInWaysQuery);
  const entering = useMutation({ mutationFn: signInByPasskey, onSuccess: onEntered });
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
      {error === null || fault !== undefined ? null : (
        <Problem error={error} title={words.failed} />
      )}
    </>
  );
}

/** The way in by the company's own identity provider, where there is one. */
function ProviderLink({
  next,
  isInPlace,
}: {
  readonly next: string | undefined;
  readonly isInPlace: boolean;
}): ReactNode {
  const words = useWords().signIn;
  const { data } = useQuery(signInWaysQuery);
  if (!data?.oidc) return null;
  const { name, path } = data.oidc;
  const to = next === undefined ? "" : `?to=${encodeURIComponent(next)}`;
  return (
    <a
      href={`${path}${to}`}
      className={buttonLooks("plain")}
      {...(isInPlace ? { target: "_blank" } : {})}
    >
      {words.by(name)}
    </a>
  );
}
