import type { ReactNode } from "react";
import { FaultLine } from "../../ui/sentence.tsx";
import { Button } from "../../ui/button.tsx";
import { Check } from "../../ui/check.tsx";
import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Select } from "../../ui/select.tsx";
import { type BudgetFields, type Period, newBudget, periods } from "./budget-fields.ts";
import { useBudgetWords } from "./words.ts";

type FaultAt = (param: string, exactly?: boolean) => string | undefined;

/** The budgets of something, as a part of its form: all of them hold at once. */
export function BudgetList({
  budgets,
  faultAt,
  onChange,
}: {
  readonly budgets: readonly BudgetFields[];
  readonly faultAt: FaultAt;
  readonly onChange: (budgets: readonly BudgetFields[]) => void;
}): ReactNode {
  const words = useBudgetWords().form;
  // A fault of no field of one of them is told below all.
  const isShown = budgets.some((_, at) =>
    shownParams.some((name) => faultAt(`budget.${at}.${name}`) !== undefined),
  );
  const fault = isShown ? undefined : faultAt("budget");
  return (
    <fieldset className="flex flex-col gap-4">
      <legend className="pb-1 font-[650]">{words.budgets}</legend>
      {budgets.length === 0 ? <p className="text-soft">{words.none}</p> : null}
      {budgets.map((budget, index) => (
        <OneBudget
          // Budgets of a list have no name but their place.
          key={index}
          place={index}
          budget={budget}
          faultAt={(name, exactly) => faultAt(`budget.${index}.${name}`, exactly)}
          onChange={(next) => onChange(budgets.with(index, next))}
          onRemove={() => onChange(budgets.toSpliced(index, 1))}
        />
      ))}
      <FaultLine text={fault} />
      <div>
        <Button onPress={() => onChange([...budgets, newBudget])}>
          <Icon name="plus" size={16} />
          {words.add}
        </Button>
      </div>
    </fieldset>
  );
}

/** Params within a budget that its form shows at a field. */
const shownParams = ["usd", "period", "notify_at", "models", "raise"];

interface OneBudgetProps {
  readonly place: number;
  readonly budget: BudgetFields;
  readonly faultAt: FaultAt;
  readonly onChange: (budget: BudgetFields) => void;
  readonly onRemove: () => void;
}

function OneBudget({ place, budget, faultAt, onChange, onRemove }: OneBudgetProps): ReactNode {
  const words = useBudgetWords().form;
  const set = (change: Partial<BudgetFields>): void => onChange({ ...budget, ...change });
  return (
    <div
      role="group"
      aria-label={words.budget(place + 1)}
      className="flex flex-col gap-4 rounded-panel border border-line p-4"
    >
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(9rem,100%),1fr))] gap-3">
        <Field
          label={words.usd}
          inputMode="decimal"
          isRequired
          value={budget.usd}
          onChange={(usd) => set({ usd })}
          error={faultAt("usd")}
        />
        <Select
          label={words.period}
          value={budget.period}
          options={periods.map((id) => ({ id, text: words.periods[id] }))}
          onChange={(period) => set({ period: period as Period })}
          error={faultAt("period")}
        />
      </div>
      <Check
        label={words.hard}
        hint={budget.hard ? words.hardMeans : words.softMeans}
        isOn={budget.hard}
        onChange={(hard) => set({ hard })}
      />
      <Terms budget={budget} faultAt={faultAt} onChange={onChange} />
      <div className="flex justify-end">
        <Button kind="quiet" onPress={onRemove} aria-label={words.removeOne(place + 1)}>
          {words.remove}
        </Button>
      </div>
    </div>
  );
}

/** When it is told, what it counts, and a raise for a while. */
function Terms({
  budget,
  faultAt,
  onChange,
}: Omit<OneBudgetProps, "place" | "onRemove">): ReactNode {
  const words = useBudgetWords().form;
  const set = (change: Partial<BudgetFields>): void => onChange({ ...budget, ...change });
  return (
    <>
      <Field
        label={words.notifyAt}
        hint={words.notifyHint}
        value={budget.notifyAt}
        onChange={(notifyAt) => set({ notifyAt })}
        // Here they are in per cent, there they are shares.
        error={faultAt("notify_at") && words.notifyFault}
      />
      <Field
        label={words.models}
        hint={words.modelsHint}
        value={budget.models}
        onChange={(models) => set({ models })}
        error={faultAt("models")}
      />
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(9rem,100%),1fr))] gap-3">
        <Field
          label={words.raise}
          hint={words.raiseHint}
          inputMode="decimal"
          value={budget.raiseUsd}
          onChange={(raiseUsd) => set({ raiseUsd })}
          error={faultAt("raise.usd") ?? faultAt("raise", true)}
        />
        <Field
          label={words.until}
          hint={words.untilHint}
          value={budget.raiseUntil}
          onChange={(raiseUntil) => set({ raiseUntil })}
          error={faultAt("raise.until")}
        />
      </div>
    </>
  );
}
