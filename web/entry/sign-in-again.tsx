import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { type Session, sessionQuery } from "../api/session.ts";
import { useWords } from "../language/language.tsx";
import { forgetDrafts } from "../playground/picture-store.ts";
import { Button } from "../ui/button.tsx";
import { SignInForm } from "./sign-in-form.tsx";

/** The sign-in over a page whose session has ended: what was written beneath it stays. */
export function SignInAgain({
  before,
  onEntered,
}: {
  readonly before: Session;
  readonly onEntered: () => void;
}): ReactNode {
  const words = useWords().problems;
  const queries = useQueryClient();
  const enter = (session: Session): void => {
    queries.setQueryData(sessionQuery.queryKey, session);
    if (session.caller.id === before.caller.id) onEntered();
    else leave();
  };
  useReturn(enter);
  return (
    <ModalOverlay
      isOpen
      isKeyboardDismissDisabled
      className="fixed inset-0 z-50 grid place-items-center overflow-y-auto bg-veil p-4"
    >
      <Modal className="w-full max-w-md rounded-panel bg-raised shadow-float">
        <Dialog className="flex flex-col gap-4 p-6 outline-none">
          <Heading slot="title" className="text-title font-[650]">
            {words.sessionEnded}
          </Heading>
          <p className="text-soft">{words.sessionEndedMeans}</p>
          <SignInForm login={before.login ?? undefined} isInPlace onEntered={enter} />
          <Button kind="quiet" onPress={leave}>
            {words.somebodyElse}
          </Button>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Begins anew for another person, who shall see nothing of the one before. */
function leave(): void {
  forgetDrafts();
  location.assign("/");
}

/** Looks whether the person has signed in meanwhile, in another tab, when this page is seen again. */
function useReturn(enter: (session: Session) => void): void {
  const queries = useQueryClient();
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState !== "visible") return;
      void queries
        .fetchQuery({ ...sessionQuery, queryKey: ["session-again"], staleTime: 0 })
        .then((session) => (session === null ? undefined : enter(session)));
    };
    addEventListener("focus", look);
    return () => removeEventListener("focus", look);
  });
}
