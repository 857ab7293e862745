import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import type { ReactNode } from "react";
import { ApiError } from "../api/ask.ts";
import { sureOf } from "../api/line.ts";
import { type Session, sessionQuery } from "../api/session.ts";

const SignInAgain = lazy(
  sureOf(async () => {
    const { SignInAgain: component } = await import("../entry/sign-in-again.tsx");
    return { default: component };
  }),
);

/** Refusals that are about what was typed, not about the session. */
const otherRefusals: readonly string[] = ["sign_in_failed", "invitation_not_valid"];

/** Asks to sign in again over the page when the session has ended, so that nothing in it is lost. */
export function SessionEnd(): ReactNode {
  const queries = useQueryClient();
  const [ended, setEnded] = useState<Session>();
  useEffect(() => {
    const look = (thrown: unknown): void => {
      if (!(thrown instanceof ApiError) || thrown.status !== 401) return;
      const session = queries.getQueryData(sessionQuery.queryKey);
      if (session && !otherRefusals.includes(thrown.code)) setEnded(session);
    };
    const ends = [queries.getQueryCache(), queries.getMutationCache()].map((cache) =>
      cache.subscribe((event) => {
        if (event.type === "updated" && event.action.type === "error") look(event.action.error);
      }),
    );
    return () => ends.forEach((end) => end());
  }, [queries]);
  if (ended === undefined) return null;
  return (
    <Suspense>
      <SignInAgain
        before={ended}
        onEntered={() => {
          setEnded(undefined);
          void queries.invalidateQueries();
        }}
      />
    </Suspense>
  );
}
