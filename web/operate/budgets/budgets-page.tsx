import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useRouteContext, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useWords } from "../../language/language.tsx";
import { Aperture } from "../../ui/aperture.tsx";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Icon } from "../../ui/icon.tsx";
import { EmptyState, Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { rowLooks } from "../../ui/table.ts";
import type { PanelSearch } from "../addresses.ts";
import { rowLink } from "../row-table.tsx";
import { BudgetBar } from "./budget-bar.tsx";
import { BudgetsPanel } from "./budgets-panel.tsx";
import { type Budgeted, budgetScopes, budgetsQuery, usedShare } from "./budgets.ts";
import { NewBudgetPanel } from "./new-budget.tsx";
import { useBudgetWords } from "./words.ts";

/** The page of all budgets: of teams, users, keys and channels, and how each stands. */
export function BudgetsPage(): ReactNode {
  const words = useBudgetWords();
  const { loading } = useWords();
  const search: PanelSearch = useSearch({ from: "/inside/budgets" });
  const { caller } = useRouteContext({ from: "/inside" }).session;
  const navigate = useNavigate();
  const found = useQuery(budgetsQuery);
  const change = (next: PanelSearch): void =>
    void navigate({ to: "/budgets", search: { ...search, ...next }, resetScroll: false });
  const close = (): void => change({ open: undefined, new: undefined });
  const scopes = caller.role === "team_admin" ? budgetScopes.slice(0, 3) : budgetScopes;
  const of = scopes.find((one) => one === search.show);
  const all = found.data?.all ?? [];
  const shown = all.filter(({ scope }) => of === undefined || scope === of);
  return (
    <Page
      title={words.title}
      state={found.data === undefined ? undefined : stateOf(all, words)}
      action={
        <Button kind="main" onPress={() => change({ new: 1, open: undefined })}>
          <Icon name="plus" size={16} />
          {words.set}
        </Button>
      }
    >
      <Choice
        isBar
        label={words.of}
        value={of ?? ""}
        options={[
          { value: "", text: words.all },
          ...scopes.map((value) => ({ value, text: words.kinds[value] })),
        ]}
        onChange={(next) => change({ show: next === "" ? undefined : next, open: undefined })}
      />
      {found.error === null ? null : (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      )}
      {found.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {found.data !== undefined && shown.length === 0 ? (
        <EmptyState
          sentence={words.none}
          command="pinhole teams change art --budget usd=500,period=month"
        />
      ) : null}
      {shown.length === 0 ? null : (
        <BudgetedList shown={shown} search={search} timeZone={found.data?.timeZone ?? "UTC"} />
      )}
      {search.open === undefined ? null : (
        <BudgetsPanel
          key={search.open}
          open={search.open}
          standing={all.find(({ id }) => id === search.open)}
          timeZone={found.data?.timeZone ?? "UTC"}
          onClose={close}
        />
      )}
      {search.new === 1 ? (
        <NewBudgetPanel
          scopes={scopes}
          onChoose={(open) => change({ open, new: undefined })}
          onClose={close}
        />
      ) : null}
    </Page>
  );
}

function stateOf(all: readonly Budgeted[], words: ReturnType<typeof useBudgetWords>): string {
  const shares = all.flatMap(({ budgets }) => budgets.map(usedShare));
  return words.state(shares.length, shares.filter((share) => share >= 1).length);
}

/** One row for each that has budgets, with a bar for each of these. */
function BudgetedList({
  shown,
  search,
  timeZone,
}: {
  readonly shown: readonly Budgeted[];
  readonly search: PanelSearch;
  readonly timeZone: string;
}): ReactNode {
  const words = useBudgetWords();
  return (
    <ul aria-label={words.list} className="-mx-3 flex flex-col border-t border-line">
      {shown.map(({ id, scope, owner, name, budgets }) => (
        <li
          key={id}
          className={rowLooks(
            search.open === id,
            "flex flex-col gap-3 px-3 py-3 phone:flex-row phone:gap-6",
          )}
        >
          <div className="min-w-0 phone:w-64 phone:shrink-0">
            <Link
              to="/budgets"
              search={{ ...search, open: id, new: undefined }}
              resetScroll={false}
              className={rowLink}
            >
              {name}
            </Link>
            <p className="text-label break-words text-soft">
              {words.ones[scope]}
              {name === owner ? null : ` · ${owner}`}
            </p>
          </div>
          <div className="flex min-w-0 flex-1 flex-col gap-3">
            {budgets.map((budget, place) => (
              <BudgetBar key={place} budget={budget} timeZone={timeZone} of={{ scope, owner }} />
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}
