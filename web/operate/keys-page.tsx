import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import type { Words } from "../language/en.ts";
import { Aperture } from "../ui/aperture.tsx";
import { Button } from "../ui/button.tsx";
import { Question } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { EmptyState, Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";
import { headCell, headRow, tableFrame } from "../ui/table.ts";
import type { PanelSearch } from "./addresses.ts";
import { BudgetBar } from "./budgets/budget-bar.tsx";
import { type Budgeted, budgetsQuery } from "./budgets/budgets.ts";
import { useBudgetWords } from "./budgets/words.ts";
import { type KeyEntry, keysQuery, revokeKey } from "./keys.ts";
import { NewKeyPanel } from "./new-key.tsx";

/** The gateway keys: who holds them, what they may use, and the end of one. */
export function KeysPage(): ReactNode {
  const words = useWords();
  const keys = useQuery(keysQuery);
  const { new: making } = useSearch({ from: "/inside/keys" });
  const navigate = useNavigate();
  const setMaking = (isMaking: boolean): void =>
    void navigate({ to: "/keys", search: isMaking ? { new: 1 } : {}, resetScroll: false });
  const create = (
    <Button kind="main" onPress={() => setMaking(true)}>
      <Icon name="plus" size={16} />
      {words.keys.create}
    </Button>
  );
  return (
    <Page
      title={words.nav.keys}
      state={keys.data === undefined ? undefined : words.keys.count(keys.data.length)}
      action={create}
    >
      {keys.error === null ? null : (
        <Problem error={keys.error} onRetry={() => void keys.refetch()} />
      )}
      {keys.isPending ? <Aperture size={40} busy label={words.loading} /> : null}
      {keys.data?.length === 0 ? (
        <EmptyState sentence={words.keys.none} command="pinhole keys create --name mobile-app" />
      ) : null}
      {keys.data === undefined || keys.data.length === 0 ? null : <KeyTable keys={keys.data} />}
      <NewKeyPanel isOpen={making === 1} onClose={() => setMaking(false)} />
    </Page>
  );
}

const cell = "px-3 py-2.5 text-left align-top";

function KeyTable({ keys }: { readonly keys: readonly KeyEntry[] }): ReactNode {
  const words = useWords().keys;
  const [leaving, setLeaving] = useState<KeyEntry>();
  const budgets = useQuery(budgetsQuery).data;
  return (
    <div className={tableFrame} tabIndex={0} role="region" aria-label={words.table}>
      <table className="w-full min-w-2xl border-collapse">
        <thead>
          <tr className={headRow}>
            <th scope="col" className={headCell}>
              {words.name}
            </th>
            <th scope="col" className={headCell}>
              {words.owner}
            </th>
            <th scope="col" className={headCell}>
              {words.models}
            </th>
            <th scope="col" className={`${headCell} w-[38%]`}>
              {words.budget}
            </th>
            <th scope="col" className={headCell}>
              <span className="sr-only">{words.revoke}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <KeyRow
              key={key.id}
              entry={key}
              standing={budgets?.all.find(
                ({ scope, owner }) => scope === "key" && owner === key.id,
              )}
              timeZone={budgets?.timeZone ?? "UTC"}
              onRevoke={() => setLeaving(key)}
            />
          ))}
        </tbody>
      </table>
      <RevokeQuestion entry={leaving} onClose={() => setLeaving(undefined)} />
    </div>
  );
}

function KeyRow({
  entry,
  standing,
  timeZone,
  onRevoke,
}: {
  readonly entry: KeyEntry;
  /** The budgets of the key as they stand; undefined: it has none, or they are not known yet. */
  readonly standing: Budgeted | undefined;
  readonly timeZone: string;
  readonly onRevoke: () => void;
}): ReactNode {
  const words = useWords().keys;
  const { open }: PanelSearch = useSearch({ from: "/inside/keys" });
  const isOpen = open === entry.id;
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    row.current?.scrollIntoView({ block: "center" });
    row.current?.focus();
  }, [isOpen]);
  const owner = [entry.user, entry.team].filter((one) => one !== null).join(" · ");
  return (
    <tr
      ref={row}
      {...(isOpen ? { tabIndex: -1, "aria-current": true } : {})}
      className={`border-b border-line ${isOpen ? "bg-sunk" : ""}`}
    >
      <td className={cell}>
        <p className="font-medium">{entry.name}</p>
        <p className="text-label text-soft">
          <span className="font-mono">…{entry.hint}</span>
          {entry.declared_at === null ? null : ` · ${words.ofFile(entry.declared_at)}`}
          {entry.disabled ? ` · ${words.disabled}` : null}
          {entry.expires_at === null ? null : ` · ${words.until(entry.expires_at.slice(0, 10))}`}
        </p>
      </td>
      <td className={cell}>{owner === "" ? <span className="text-soft">–</span> : owner}</td>
      <td className={cell}>{entry.models.includes("*") ? words.all : entry.models.join(", ")}</td>
      <td className={`${cell} text-soft`}>
        <div className="flex flex-col gap-2">
          {standing === undefined
            ? budgetWords(entry, words)
            : standing.budgets.map((budget, place) => (
                <BudgetBar
                  key={place}
                  budget={budget}
                  timeZone={timeZone}
                  of={{ scope: "key", owner: entry.id }}
                  isShort
                />
              ))}
          <KeyWays entry={entry} hasBudget={standing !== undefined} />
        </div>
      </td>
      <td className={`${cell} text-right`}>
        {entry.declared_at === null ? (
          <Button kind="quiet" onPress={onRevoke} aria-label={words.revokeOne(entry.name)}>
            {words.revoke}
          </Button>
        ) : null}
      </td>
    </tr>
  );
}

/** The ways from a key to its requests and to its budgets. */
function KeyWays({
  entry: { id, declared_at: declaredAt },
  hasBudget,
}: {
  readonly entry: KeyEntry;
  readonly hasBudget: boolean;
}): ReactNode {
  const words = useBudgetWords();
  const looks = "inline-flex min-h-6 items-center text-soft underline hover:text-ink";
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 text-label">
      <Link to="/requests" search={{ key: id }} className={looks}>
        {words.requests}
      </Link>
      {hasBudget || declaredAt === null ? (
        <Link to="/budgets" search={{ open: `key ${id}` }} className={looks}>
          {hasBudget ? words.its : words.set}
        </Link>
      ) : null}
    </p>
  );
}

function budgetWords({ budget }: KeyEntry, words: Words["keys"]): string {
  if (budget === null) return words.noBudget;
  return budget
    .map(({ usd, period }) => `$${usd} ${words.periods[period as keyof typeof words.periods]}`)
    .join(", ");
}

function RevokeQuestion({
  entry,
  onClose,
}: {
  readonly entry: KeyEntry | undefined;
  readonly onClose: () => void;
}): ReactNode {
  const words = useWords().keys;
  const queries = useQueryClient();
  const revoking = useMutation({
    mutationFn: (key: KeyEntry) => revokeKey(key),
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: keysQuery.queryKey });
      onClose();
    },
  });
  return (
    <Question
      title={words.revokeOne(entry?.name ?? "")}
      isOpen={entry !== undefined}
      onClose={onClose}
      action={
        <Button
          kind="danger"
          isPending={revoking.isPending}
          onPress={() => {
            if (entry !== undefined) revoking.mutate(entry);
          }}
        >
          {words.revoke}
        </Button>
      }
    >
      <p>{words.revokeMeans}</p>
      {revoking.error === null ? null : <Problem error={revoking.error} />}
    </Question>
  );
}
