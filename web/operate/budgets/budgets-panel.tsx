import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTold, useWords } from "../../language/language.tsx";
import { Aperture } from "../../ui/aperture.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { Message } from "../../ui/message.tsx";
import { Problem } from "../../ui/problem.tsx";
import { EditForm } from "../editing/edit-form.tsx";
import { useEditing } from "../editing/editing.ts";
import { useEditingWords } from "../editing/words.ts";
import { BudgetBar } from "./budget-bar.tsx";
import { type BudgetFields, budgetWords } from "./budget-fields.ts";
import { BudgetList } from "./budget-list.tsx";
import {
  type Budgeted,
  type BudgetOwner,
  type BudgetScope,
  type BudgetsFields,
  budgetScopes,
  budgetsEdition,
  budgetsQuery,
  ownerQuery,
  saveBudgets,
} from "./budgets.ts";
import { OwnerRequests } from "./owner-requests.tsx";
import { useBudgetWords } from "./words.ts";

interface PanelProps {
  /** The kind and the id. */
  readonly open: string;
  /** The budgets as they stand; undefined: there are none yet. */
  readonly standing: Budgeted | undefined;
  readonly timeZone: string;
  readonly onClose: () => void;
}

/** The panel in which the budgets of one are changed in place. */
export function BudgetsPanel({ open, standing, timeZone, onClose }: PanelProps): ReactNode {
  const { loading } = useWords();
  const words = useBudgetWords();
  const [kind, owner] = [open.slice(0, open.indexOf(" ")), open.slice(open.indexOf(" ") + 1)];
  const scope = budgetScopes.find((one) => one === kind) ?? "key";
  const found = useQuery(ownerQuery(scope, owner));
  const name = standing?.name ?? found.data?.name ?? owner;
  return (
    <SidePanel title={words.budgetsOf(name)} onClose={onClose}>
      {found.error === null ? null : (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      )}
      {found.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {standing === undefined ? null : (
        <div className="flex flex-col gap-3">
          {standing.budgets.map((budget, place) => (
            <BudgetBar key={place} budget={budget} timeZone={timeZone} of={{ scope, owner }} />
          ))}
          <OwnerRequests scope={scope} owner={owner} />
        </div>
      )}
      {found.data === undefined ? null : (
        <BudgetsForm scope={scope} owner={found.data} onClose={onClose} />
      )}
    </SidePanel>
  );
}

function BudgetsForm({
  scope,
  owner,
  onClose,
}: {
  readonly scope: BudgetScope;
  readonly owner: BudgetOwner;
  readonly onClose: () => void;
}): ReactNode {
  const words = useBudgetWords();
  const told = useEditingWords();
  const said = useTold();
  const queries = useQueryClient();
  const { caller } = useRouteContext({ from: "/inside" }).session;
  const editing = useEditing<BudgetsFields>({
    draft: `${caller.id}.budgets.${scope} ${owner.id}`,
    standing: budgetsEdition(owner),
    async save(_, all) {
      await saveBudgets(scope, owner.id, all);
      const changed = [budgetsQuery.queryKey, [`${scope}s`]];
      await Promise.all(changed.map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
    readCurrent: (current) => budgetsEdition(current as BudgetOwner),
    onSaved: onClose,
  });
  const isTeams = scope === "team" && caller.role === "team_admin";
  return (
    <EditForm
      editing={editing}
      nameOf={() => words.form.budgets}
      shown={(value) => JSON.stringify(budgetWords(value as BudgetFields[]))}
      params={["budget"]}
      isReadOnly={owner.declared_at !== null || isTeams}
    >
      {owner.declared_at === null ? null : (
        <Message tone="info" title={told.ofFile(said(owner.declared_at))}>
          {told.ofFileMeans}
        </Message>
      )}
      {isTeams ? <Message tone="info" title={words.teams} /> : null}
      <BudgetList
        budgets={editing.fields.budget}
        faultAt={editing.faultAt}
        onChange={(budget) => editing.set({ budget })}
      />
    </EditForm>
  );
}
