import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { ApiError } from "../api/ask.ts";
import { type Line, awayEvent, lineQuery, mayPass } from "../api/line.ts";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Icon } from "../ui/icon.tsx";

/** The time for which the page says that the gateway is back. */
const backMs = 4_000;

/** A line across the page while the gateway cannot serve, and for a moment after; then the page asks for everything again. */
export function LineNotice({ onBack }: { readonly onBack: () => void }): ReactNode {
  const words = useWords().problems;
  const queries = useQueryClient();
  const { data: line = "well" } = useQuery(lineQuery);
  const [wasAway, setWasAway] = useState(false);
  useLookAtFaults();
  useEffect(() => {
    if (line !== "well") setWasAway(true);
    if (line !== "well" || !wasAway) return undefined;
    void queries.invalidateQueries({
      predicate: ({ queryKey }) => queryKey !== lineQuery.queryKey,
    });
    onBack();
    const timer = setTimeout(() => setWasAway(false), backMs);
    return () => clearTimeout(timer);
  }, [line, wasAway, queries, onBack]);
  const isShown = line !== "well" || wasAway;
  return (
    <div role="status" className="sticky top-0 z-40 empty:hidden">
      {isShown ? (
        <p className="flex items-center justify-center gap-3 border-b border-line bg-raised px-4 py-2 text-label">
          <Mark line={line} />
          <span className="max-w-prose">{line === "well" ? words.back : words.line[line]}</span>
        </p>
      ) : null}
    </div>
  );
}

/** The aperture where the page waits; full stores want somebody to act. */
function Mark({ line }: { readonly line: Line }): ReactNode {
  if (line === "well") return <Icon name="check" />;
  return line === "images" ? <Icon name="alert" /> : <Aperture size={18} busy />;
}

/** Looks how the gateway is as soon as anything that was asked of it fails. */
function useLookAtFaults(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const look = (): void =>
      void queries.refetchQueries({ queryKey: lineQuery.queryKey }, { cancelRefetch: false });
    const heed = (thrown: unknown): void => {
      if (mayPass(thrown) || (thrown instanceof ApiError && thrown.code.startsWith("storage_")))
        look();
    };
    addEventListener(awayEvent, look);
    const ends = [queries.getQueryCache(), queries.getMutationCache()].map((cache) =>
      cache.subscribe((event) => {
        if (event.type !== "updated") return;
        const { action } = event;
        if (action.type === "failed" || action.type === "error") heed(action.error);
      }),
    );
    return () => {
      removeEventListener(awayEvent, look);
      for (const end of ends) end();
    };
  }, [queries]);
}
