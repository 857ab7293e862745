import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Session, sessionQuery } from "../api/session.ts";
import { startOf } from "../frame/places.ts";
import { useWords } from "../language/language.tsx";
import { Message } from "../ui/message.tsx";
import { EntryPage } from "./entry-page.tsx";
import { SignInForm } from "./sign-in-form.tsx";

/** The page to sign in; it leads back to where the person wanted to go. */
export function SignInPage(): ReactNode {
  const words = useWords().signIn;
  const { next, problem } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const enter = async (session: Session): Promise<void> => {
    queries.setQueryData(sessionQuery.queryKey, session);
    await navigate({ href: next ?? startOf(session.caller.role) });
  };
  return (
    <EntryPage title={words.title} lead={words.lead}>
      <div className="flex flex-col gap-4">
        {problem === undefined ? null : (
          <Message tone="bad" title={words.problem}>
            {words.problems[problem] ?? words.otherProblem(problem)}
          </Message>
        )}
        {next === undefined ? null : <Message tone="info" title={words.goOn} />}
        <SignInForm next={next} onEntered={enter} />
        <p className="text-label text-soft">{words.noAccount}</p>
      </div>
    </EntryPage>
  );
}
