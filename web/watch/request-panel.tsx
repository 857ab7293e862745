import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button, buttonLooks } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Problem } from "../ui/problem.tsx";
import { RequestDetails, RequestHeading } from "./request-details.tsx";
import { requestQuery } from "./requests.ts";
import { useWatchWords } from "./words.ts";

/** A request beside the log, over its right half: the list, its filter and its scroll stay. */
export function RequestPanel({
  id,
  timeZone,
  onClose,
  onStep,
}: {
  readonly id: string;
  readonly timeZone: string | undefined;
  readonly onClose: () => void;
  /** Shows the next one, or the one before. */
  readonly onStep: (by: 1 | -1) => void;
}): ReactNode {
  const words = useWatchWords().request;
  const { loading } = useWords();
  const found = useQuery(requestQuery(id));
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    // Newer browsers answer with a promise, which is no clean-up.
    place.current?.scrollTo(0, 0);
  }, [id]);
  return (
    <aside
      ref={place}
      aria-label={words.timeline}
      className="fixed inset-y-0 right-0 z-10 flex w-full flex-col gap-5 overflow-y-auto overscroll-contain border-l border-line bg-ground p-6 pb-20 shadow-float transition-transform duration-[240ms] ease-hand phone:w-1/2 phone:min-w-[min(34rem,100%)] phone:pb-6 starting:translate-x-8"
    >
      <div className="sticky -top-6 z-10 -mx-6 -mt-6 flex shrink-0 items-center gap-1 border-b border-line bg-ground px-4 py-2">
        <Button kind="quiet" isSquare aria-label={words.previous} onPress={() => onStep(-1)}>
          <span className="rotate-180">
            <Icon name="down" />
          </span>
        </Button>
        <Button kind="quiet" isSquare aria-label={words.next} onPress={() => onStep(1)}>
          <Icon name="down" />
        </Button>
        <Link to="/requests/$id" params={{ id }} className={`${buttonLooks("quiet")} ml-auto`}>
          {words.openPage}
        </Link>
        <Button kind="quiet" isSquare aria-label={words.close} onPress={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      {found.error === null ? null : (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      )}
      {found.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {found.data === undefined ? null : (
        <>
          <RequestHeading request={found.data} timeZone={timeZone} level="h2" />
          <RequestDetails request={found.data} timeZone={timeZone} />
        </>
      )}
    </aside>
  );
}
