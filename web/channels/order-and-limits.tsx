import type { ReactNode } from "react";
import { FaultLine } from "../ui/sentence.tsx";
import { Button } from "../ui/button.tsx";
import { Check } from "../ui/check.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Select } from "../ui/select.tsx";
import type { Words } from "./channels.ts";
import { useForm } from "./form.tsx";
import { useChannelWords } from "./words.ts";

/** A field that all channels have, by its place. */
export function TextAt({
  path,
  label,
  hint,
  placeholder,
  isNumber = false,
}: {
  readonly path: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly placeholder?: string;
  readonly isNumber?: boolean;
}): ReactNode {
  const { text, set, fault } = useForm();
  return (
    <Field
      label={label}
      hint={hint}
      placeholder={placeholder}
      value={text(path)}
      onChange={(next) => set(path, next)}
      error={fault(path)}
      autoComplete="off"
      spellCheck="false"
      {...(isNumber ? { inputMode: "decimal" as const } : {})}
    />
  );
}

function CheckAt({
  path,
  label,
  hint,
}: {
  readonly path: string;
  readonly label: string;
  readonly hint: string;
}): ReactNode {
  const { text, set } = useForm();
  return (
    <Check
      label={label}
      hint={hint}
      isOn={text(path) === "true"}
      onChange={(isOn) => set(path, String(isOn))}
    />
  );
}

const pair = "grid gap-4 phone:grid-cols-2";

/** The fields that decide when a channel is tried. */
export function OrderFields(): ReactNode {
  const words = useChannelWords().panel.fields;
  return (
    <>
      <div className={pair}>
        <TextAt path="priority" label={words.priority} hint={words.priorityHint} isNumber />
        <TextAt path="weight" label={words.weight} hint={words.weightHint} isNumber />
      </div>
      <CheckAt path="enabled" label={words.enabled} hint={words.enabledHint} />
      <CheckAt path="retry_unknown" label={words.retry_unknown} hint={words.retryHint} />
    </>
  );
}

/** The fields that bound what an upstream is asked for, and how long it may take. */
export function LimitFields(): ReactNode {
  const words = useChannelWords().panel.fields;
  return (
    <>
      <div className={pair}>
        <TextAt path="limits.concurrency" label={words.concurrency} hint={words.noLimit} isNumber />
        <TextAt path="limits.rpm" label={words.rpm} hint={words.noLimit} isNumber />
        <TextAt path="limits.ipm" label={words.ipm} hint={words.noLimit} isNumber />
        <TextAt path="limits.queue" label={words.queue} hint={words.queueHint} isNumber />
      </div>
      <div className="grid items-end gap-4 phone:grid-cols-3">
        <TextAt path="timeout.connect" label={words.connect} placeholder="10s" />
        <TextAt path="timeout.first_byte" label={words.first_byte} />
        <TextAt path="timeout.total" label={words.total} placeholder="300s" />
      </div>
      <p className="text-label text-soft">{words.timeHint}</p>
    </>
  );
}

/** The fields that decide what is charged and what may be spent. */
export function MoneyFields(): ReactNode {
  const words = useChannelWords().panel.fields;
  const { fault } = useForm();
  return (
    <>
      <div className={pair}>
        <TextAt path="markup.times" label={words.times} placeholder="1" isNumber />
        <TextAt path="markup.per_image_usd" label={words.perImage} placeholder="0" isNumber />
      </div>
      <FaultLine text={fault("markup")} />
      <BudgetFields />
    </>
  );
}

/** The budgets of a channel, one or several. What a budget has besides sum and period stays with it. */
function BudgetFields(): ReactNode {
  const words = useChannelWords().panel.fields;
  const { text, set, fault } = useForm();
  const list = budgetsOf(text("budget"));
  const put = (next: readonly Words[]): void =>
    set("budget", next.length === 0 ? "" : JSON.stringify(next, null, 2));
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="pb-1.5 text-label font-medium">{words.budget}</legend>
      <p className="text-label text-soft">{words.budgetHint}</p>
      {list.map((one, at) => (
        <div key={at} className="flex items-end gap-2">
          <div className="grid flex-1 grid-cols-2 gap-4">
            <Field
              label={words.usd}
              inputMode="decimal"
              value={String((one["usd"] as string | number | undefined) ?? "")}
              onChange={(next) => put(list.with(at, { ...one, usd: next }))}
              error={fault(`budget.${at}.usd`)}
            />
            <Select
              label={words.period}
              value={(one["period"] as string | undefined) ?? "month"}
              options={Object.entries(words.periods).map(([id, period]) => ({ id, text: period }))}
              onChange={(period) => put(list.with(at, { ...one, period }))}
            />
          </div>
          <Button
            kind="quiet"
            isSquare
            aria-label={words.removeBudget}
            onPress={() => put(list.toSpliced(at, 1))}
          >
            <Icon name="close" />
          </Button>
        </div>
      ))}
      <FaultLine text={fault("budget")} />
      <div>
        <Button kind="quiet" onPress={() => put([...list, { usd: "", period: "month" }])}>
          <Icon name="plus" size={16} />
          {words.addBudget}
        </Button>
      </div>
    </fieldset>
  );
}

function budgetsOf(text: string): readonly Words[] {
  const read: unknown = text === "" ? [] : JSON.parse(text);
  return (Array.isArray(read) ? read : [read]) as readonly Words[];
}
