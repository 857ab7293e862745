import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { Check } from "../../ui/check.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Field } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";
import { type BudgetFields, type Period, newBudget } from "../budgets/budget-fields.ts";
import { BudgetList } from "../budgets/budget-list.tsx";
import { differing, type Editing } from "../editing/editing.ts";
import { LimitFields } from "../editing/limit-fields.tsx";
import { teamsQuery, usersQuery } from "../people/people.ts";
import { named } from "../people/person-panel.tsx";
import type { KeyFields } from "./key-fields.ts";
import { useKeyWords } from "./words.ts";

/** Params of errors that the form of a key shows at a field. */
export const keyParams = [
  "name",
  "user",
  "team",
  "models",
  "operations",
  "strict",
  "budget",
  "rpm",
  "ipm",
  "ipd",
  "concurrency",
  "expires_at",
  "ip_allow",
  "labels",
];

interface PartProps {
  readonly editing: Editing<KeyFields>;
}

/** The fields of a key: what most set first, the rest below. */
export function KeyForm({
  editing,
  isTeamGiven,
}: PartProps & {
  /** True: the key is of the caller's team, which nobody chooses. */
  readonly isTeamGiven: boolean;
}): ReactNode {
  const words = useKeyWords();
  const { fields, set, faultAt } = editing;
  return (
    <>
      <Field
        label={words.name}
        hint={words.nameHint}
        value={fields.name}
        onChange={(name) => set({ name })}
        isRequired
        autoFocus={fields.name === ""}
        error={faultAt("name")}
      />
      <Owners editing={editing} isTeamGiven={isTeamGiven} />
      <Field
        label={words.models}
        hint={words.modelsHint}
        value={fields.models}
        onChange={(models) => set({ models })}
        error={faultAt("models")}
      />
      <Budget editing={editing} />
      <LimitFields limits={limits} editing={editing} words={words} />
      <Terms editing={editing} />
    </>
  );
}

function Owners({
  editing: { fields, set, faultAt },
  isTeamGiven,
}: PartProps & { readonly isTeamGiven: boolean }): ReactNode {
  const words = useKeyWords();
  const users = useQuery(usersQuery).data ?? [];
  const teams = useQuery(teamsQuery).data ?? [];
  if (users.length + teams.length === 0 && fields.user === "" && fields.team === "") return null;
  return (
    <div className="grid gap-3 phone:grid-cols-2">
      <Select
        label={words.user}
        hint={words.userHint}
        value={fields.user}
        options={[{ id: "", text: words.noUser }, ...named(users, fields.user)]}
        onChange={(user) => set({ user, ...(user === "" || isTeamGiven ? {} : { team: "" }) })}
        error={faultAt("user")}
      />
      {isTeamGiven ? null : (
        <Select
          label={words.team}
          hint={words.teamHint}
          value={fields.team}
          options={[{ id: "", text: words.noTeam }, ...named(teams, fields.team)]}
          onChange={(team) => set({ team, ...(team === "" ? {} : { user: "" }) })}
          error={faultAt("team")}
        />
      )}
    </div>
  );
}

/** True where the budgets are none, or one with a sum and a period and no terms of its own. */
function isPlain(budgets: readonly BudgetFields[]): boolean {
  const [first, ...more] = budgets;
  if (first === undefined) return true;
  const others = differing(newBudget, first);
  return more.length === 0 && others.every((name) => ["usd", "period", "notifyAt"].includes(name));
}

/** The budgets of a key: a sum and a period, or all that a budget can say. */
function Budget({ editing: { fields, set, faultAt } }: PartProps): ReactNode {
  const words = useKeyWords();
  const { budget } = fields;
  const [isWhole, setWhole] = useState(false);
  const [first] = budget;
  if (isWhole || !isPlain(budget))
    return (
      <BudgetList
        budgets={budget}
        faultAt={faultAt}
        onChange={(next) => {
          setWhole(true);
          set({ budget: next });
        }}
      />
    );
  return (
    <div className="flex flex-col gap-3">
      <Field
        label={words.budget}
        hint={words.budgetHint}
        inputMode="decimal"
        value={first?.usd ?? ""}
        onChange={(usd) => set({ budget: usd === "" ? [] : [{ ...(first ?? newBudget), usd }] })}
        error={faultAt("budget")}
      />
      {first === undefined ? null : (
        <>
          <Choice
            label={words.period}
            value={first.period}
            options={Object.entries(words.periods).map(([value, text]) => ({ value, text }))}
            onChange={(period) => set({ budget: [{ ...first, period: period as Period }] })}
          />
          <div>
            <Button kind="quiet" onPress={() => setWhole(true)}>
              {words.moreBudget}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

const limits = ["rpm", "ipm", "ipd", "concurrency"] as const;

function Terms({ editing: { fields, set, faultAt } }: PartProps): ReactNode {
  const words = useKeyWords();
  return (
    <fieldset className="flex flex-col gap-5 border-t border-line pt-5">
      <legend className="float-left w-full font-[650]">{words.terms}</legend>
      <Field
        label={words.expires}
        hint={words.expiresHint}
        value={fields.expires}
        onChange={(expires) => set({ expires })}
        error={faultAt("expires_at")}
      />
      <Field
        label={words.addresses}
        hint={words.addressesHint}
        value={fields.addresses}
        onChange={(addresses) => set({ addresses })}
        error={faultAt("ip_allow")}
      />
      <Operations editing={{ fields, set }} />
      <Check
        label={words.strict}
        hint={words.strictHint}
        isOn={fields.strict}
        onChange={(strict) => set({ strict })}
      />
      <Field
        label={words.labels}
        hint={words.labelsHint}
        value={fields.labels}
        onChange={(labels) => set({ labels })}
        error={faultAt("labels")}
      />
    </fieldset>
  );
}

/** The operations that a key may make; all of them are none that is left out. */
function Operations({
  editing: { fields, set },
}: {
  readonly editing: Pick<Editing<KeyFields>, "fields" | "set">;
}): ReactNode {
  const words = useKeyWords();
  const all = Object.keys(words.operationNames);
  const may = fields.operations.length === 0 ? all : fields.operations;
  const change = (name: string, isOn: boolean): void => {
    const next = all.filter((one) => (one === name ? isOn : may.includes(one)));
    // A key that may make nothing is one that is disabled.
    if (next.length > 0) set({ operations: next.length === all.length ? [] : next });
  };
  return (
    <div role="group" aria-label={words.operations} className="flex flex-col gap-1.5">
      <span className="text-label font-medium">{words.operations}</span>
      <div className="flex flex-wrap gap-x-5">
        {all.map((name) => (
          <Check
            key={name}
            label={words.operationNames[name] ?? name}
            isOn={may.includes(name)}
            onChange={(isOn) => change(name, isOn)}
          />
        ))}
      </div>
    </div>
  );
}
