import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import type { ReactNode } from "react";
import { useWords } from "../../language/language.tsx";
import { Aperture } from "../../ui/aperture.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { EmptyState, Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import type { PanelSearch } from "../addresses.ts";
import { KeyPanel } from "./key-panel.tsx";
import { KeyTable } from "./key-table.tsx";
import { keysQuery } from "./keys.ts";
import { useKeyWords } from "./words.ts";

/** The gateway keys: who holds them, what they may use and spend, and the panel of one. */
export function KeysPage(): ReactNode {
  const words = useKeyWords();
  const { nav, loading } = useWords();
  const keys = useQuery(keysQuery);
  const { new: making, open }: PanelSearch = useSearch({ from: "/inside/keys" });
  const navigate = useNavigate();
  const show = (search: PanelSearch): void =>
    void navigate({ to: "/keys", search, resetScroll: false });
  const entry = keys.data?.find(({ id }) => id === open);
  useEffect(() => {
    // A link from elsewhere leads to its row, which may be far down.
    const row = document.querySelector(`[data-row="${CSS.escape(entry?.id ?? "")}"]`);
    row?.scrollIntoView({ block: "nearest" });
  }, [entry?.id]);
  return (
    <Page
      title={nav.keys}
      state={keys.data === undefined ? undefined : words.count(keys.data.length)}
      action={
        <Button kind="main" onPress={() => show({ new: 1 })}>
          <Icon name="plus" size={16} />
          {words.create}
        </Button>
      }
    >
      {keys.error === null ? null : (
        <Problem error={keys.error} onRetry={() => void keys.refetch()} />
      )}
      {keys.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {keys.data?.length === 0 ? (
        <EmptyState sentence={words.none} command="pinhole keys create --name mobile-app" />
      ) : null}
      {keys.data === undefined || keys.data.length === 0 ? null : (
        <KeyTable keys={keys.data} open={open} />
      )}
      {making === 1 || entry !== undefined ? (
        <KeyPanel
          key={making === 1 ? "" : entry?.id}
          entry={making === 1 ? undefined : entry}
          onClose={() => show({})}
        />
      ) : null}
    </Page>
  );
}
