import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { Form } from "react-aria-components";
import { faultLine } from "../language/fault.ts";
import { ApiError } from "../api/ask.ts";
import {
  type Invitation,
  acceptInvitation,
  checkInvitation,
  sessionQuery,
} from "../api/session.ts";
import { firstOf } from "../frame/places.ts";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button, buttonLooks } from "../ui/button.tsx";
import { CopyableCode } from "../ui/copyable.tsx";
import { Field } from "../ui/field.tsx";
import { Message } from "../ui/message.tsx";
import { Problem } from "../ui/problem.tsx";
import { EntryPage } from "./entry-page.tsx";

/** The commands that show the people of this gateway, and make one of them another link. */
const linkCommands = ["pinhole people list", "pinhole people invitation <id>"] as const;

/** The page behind a one-time link: the first owner's, or an invitation's. */
export function WelcomePage(): ReactNode {
  const words = useWords();
  const code = useCode();
  const invitation = useQuery({
    queryKey: ["invitation", code],
    queryFn: () => checkInvitation(code),
    retry: (count, error) => count < 5 && error instanceof ApiError && error.status === 0,
    staleTime: Infinity,
  });
  if (invitation.data !== undefined)
    return <AcceptForm key={code} code={code} invitation={invitation.data} />;
  if (invitation.error === null)
    return (
      <main className="grid min-h-dvh place-items-center">
        <Aperture size={40} busy label={words.loading} />
      </main>
    );
  return (
    <EntryPage title={words.welcome.spent} lead={words.welcome.spentRemedy}>
      {invitation.error instanceof ApiError && invitation.error.status < 500 ? null : (
        <Problem error={invitation.error} onRetry={() => void invitation.refetch()} />
      )}
      <Link to="/sign-in" className={buttonLooks("main")}>
        {words.signIn.submit}
      </Link>
      <div className="flex flex-col gap-3">
        {linkCommands.map((command, at) => (
          <div key={command} className="flex flex-col gap-1.5">
            <p className="text-label text-soft">{words.welcome.spentCommands[at]}</p>
            <CopyableCode text={command} />
          </div>
        ))}
      </div>
    </EntryPage>
  );
}

/** The code behind the `#`, which no browser sends to a server; another link that is opened in the same tab changes only that. */
function useCode(): string {
  const [code, setCode] = useState(() => location.hash.slice(1));
  useEffect(() => {
    const read = (): void => {
      // Whoever goes on from here to another page leaves the code behind.
      if (location.hash !== "") setCode(location.hash.slice(1));
    };
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  return code;
}

function AcceptForm({
  code,
  invitation,
}: {
  readonly code: string;
  readonly invitation: Invitation;
}): ReactNode {
  const words = useWords();
  const isOwner = invitation.role === "owner";
  const [name, setName] = useState(invitation.name);
  const [login, setLogin] = useState(invitation.login);
  const [password, setPassword] = useState("");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const entering = useMutation({
    mutationFn: () => acceptInvitation({ code, password, name, ...(isOwner ? { login } : {}) }),
    async onSuccess(session) {
      queries.setQueryData(sessionQuery.queryKey, session);
      // In place of this page: the way back would lead to a form whose code is used up.
      await navigate({ to: firstOf(session.caller.role), replace: true });
    },
  });
  const { error } = entering;
  const faultAt = (param: string): string | undefined =>
    error instanceof ApiError && error.param === param ? error.message : undefined;
  const isElsewhere =
    error !== null && !["password", "name", "login"].some((param) => faultAt(param) !== undefined);
  return (
    <EntryPage
      title={words.welcome.title(invitation.name)}
      lead={
        isOwner ? words.welcome.ownerLead : words.welcome.inviteLead(words.roles[invitation.role])
      }
    >
      <Form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          entering.mutate();
        }}
      >
        {isElsewhere ? <Message tone="bad" title={faultLine(words, error)} /> : null}
        <Field label={words.welcome.name} value={name} onChange={setName} error={faultAt("name")} />
        <Field
          label={words.welcome.login}
          value={login}
          onChange={setLogin}
          isReadOnly={!isOwner}
          autoComplete="username"
          error={faultAt("login")}
        />
        <Field
          label={words.welcome.password}
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
          hint={words.welcome.passwordHint}
          minLength={12}
          isRequired
          error={faultAt("password")}
        />
        <Button type="submit" kind="main" isPending={entering.isPending}>
          {words.welcome.submit}
        </Button>
      </Form>
    </EntryPage>
  );
}
