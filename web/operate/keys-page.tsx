import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ask } from "../api/ask.ts";
import { useWords } from "../language/language.tsx";
import { EmptyState, Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";

interface KeyRow {
  readonly id: string;
  readonly name: string;
}

/** The gateway keys. */
export function KeysPage(): ReactNode {
  const words = useWords();
  const keys = useQuery({
    queryKey: ["keys"],
    queryFn: () => ask<{ readonly data: readonly KeyRow[] }>("GET", "/admin/v1/keys"),
  });
  return (
    <Page title={words.nav.keys}>
      {keys.error === null ? null : (
        <Problem error={keys.error} onRetry={() => void keys.refetch()} />
      )}
      {keys.data?.data.length === 0 ? <EmptyState sentence="–" /> : null}
      <ul>
        {keys.data?.data.map((key) => (
          <li key={key.id}>{key.name}</li>
        ))}
      </ul>
    </Page>
  );
}
