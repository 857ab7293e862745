import { useState } from "react";
import type { ReactNode } from "react";
import { Form } from "react-aria-components";
import { labelOf } from "../channels/schema-field.tsx";
import { useWords } from "../language/language.tsx";
import { Field } from "../ui/field.tsx";
import { Message } from "../ui/message.tsx";
import { Problem } from "../ui/problem.tsx";
import { useIsPhone } from "../watch/use-phone.ts";
import { AdoptedDraft } from "./adopted-draft.tsx";
import { AskingOnPhone } from "./asking-on-phone.tsx";
import type { AskingParts } from "./asking-parts.ts";
import { Bringing, BroughtLine } from "./bringing.tsx";
import { commonModel } from "./shared-abilities.ts";
import { Controls } from "./controls.tsx";
import type { DraftFields } from "./draft.ts";
import { type LeftBehind, fitDraft } from "./fit-draft.ts";
import { MakeButton } from "./make-button.tsx";
import { ModelColumns } from "./model-columns.tsx";
import { type Model, takesMask } from "./models.ts";
import { type DraftWords, leftInWords, obstacleInWords, obstacleOfKey } from "./obstacle.ts";
import { keyMay, useChosenKey } from "./own-keys.ts";
import type { Playground } from "./playground.ts";
import { useOverBudget } from "./over-budget.ts";
import { type Price, priceWords, sumOf, usePriceAnswers } from "./price.ts";
import { refusedName, refusedUnasked } from "./refused-options.ts";
import type { OptionRefusals } from "./use-refused-options.ts";
import { useDraftWords, useMakeWords } from "./words.ts";

/** The form that says what is asked, made from the cards of the models: on the left, or on a phone in two sheets. */
export function Asking({
  models,
  playground,
}: {
  readonly models: readonly Model[];
  readonly playground: Playground;
}): ReactNode {
  const all = useDraftWords();
  const isPhone = useIsPhone();
  const words = all.words.playground;
  const { draft, pictures, columns, fitted, starting, make } = playground;
  const { prices, over, refusals, unpriced } = useAskedPrices(playground, all);
  const mayChange = keyMay(useChosenKey(), "edit");
  const hasMasks = mayChange && fitted.some(({ column }) => takesMask(column.model));
  const obstacle = useObstacle(playground, all);
  const mask = hasMasks ? pictures[0]?.mask : undefined;
  const [asks, setAsks] = useState(false);
  const submit = (): void => {
    if (obstacle !== undefined || starting.isPending) return;
    if (mask?.share === 1) setAsks(true);
    else make();
  };
  const parts: AskingParts = {
    notes: <Notes playground={playground} />,
    prompt: <PromptField playground={playground} isPhone={isPhone} onMake={submit} />,
    bringing: <Bringing models={models} playground={playground} hasMasks={hasMasks} />,
    brought: <BroughtLine playground={playground} hasMasks={hasMasks} />,
    models: (
      <ModelColumns
        models={models}
        fitted={fitted.map((one, at) => ({ ...one, price: priceWords(prices[at], words) }))}
        leavesOf={(model) => leftInWords(fitDraft(draft, model, pictures).left, all)}
        columns={columns}
        hasPictures={pictures.length > 0}
        refusals={refusals}
      />
    ),
    controls: <SharedControls playground={{ ...playground, refusals }} />,
    make: (
      <MakeButton
        obstacle={obstacle}
        isBare={isPhone}
        price={priceWords(sumOf(prices), words)}
        unpriced={unpriced}
        over={over}
        asks={asks}
        onAnswer={() => setAsks(false)}
        isPending={starting.isPending}
        onMake={make}
      />
    ),
  };
  if (isPhone)
    return (
      <AskingOnPhone
        parts={parts}
        summary={summaryOf(playground, all)}
        isRefused={refusals.fresh !== undefined}
        onSubmit={submit}
      />
    );
  return <AskingAtDesk parts={parts} onSubmit={submit} />;
}

/** The reason why nothing can be made with the chosen key of the draft as it stands, in words; undefined: it can. */
function useObstacle({ fitted, draft, pictures }: Playground, all: DraftWords): string | undefined {
  const ofKey = obstacleOfKey(useChosenKey(), pictures.length, all.more);
  return ofKey ?? obstacleInWords(fitted, draft.prompt, all);
}

/** The prices of what is asked, and the options that keep one from being told, each refusal at its option already. */
function useAskedPrices(
  { fitted, refusals }: Playground,
  { more, optionLabels }: DraftWords,
): {
  readonly prices: readonly (Price | undefined)[];
  readonly over: string | undefined;
  readonly refusals: OptionRefusals;
  /** The reason why no price can be told, in words. */
  readonly unpriced: string | undefined;
} {
  const answers = usePriceAnswers(
    fitted.map(({ column: { model }, ...rest }) => ({ ...rest, model })),
  );
  const prices = answers.map(({ price }) => price);
  const over = useOverBudget(
    fitted.map(({ column }, at) => ({ model: column.model.id, price: prices[at] })),
  );
  const refused = refusedUnasked(answers);
  const [first] = refused;
  const name = first && refusedName(first);
  return {
    prices,
    over,
    refusals: {
      ...refusals,
      of: (model) => refused.find((one) => one.model === model) ?? refusals.of(model),
    },
    unpriced: first && more.noPriceOf(name === undefined ? undefined : labelOf(name, optionLabels)),
  };
}

/** The form of a desk: all of it on the left, with the button in sight. */
function AskingAtDesk({
  parts,
  onSubmit,
}: {
  readonly parts: AskingParts;
  readonly onSubmit: () => void;
}): ReactNode {
  return (
    <Form
      className="order-2 flex w-full shrink-0 flex-col gap-5 wide:order-1 wide:w-88 wide:max-w-full"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {parts.prompt}
      {parts.bringing}
      {parts.models}
      {parts.controls}
      {parts.notes}
      {parts.make}
    </Form>
  );
}

/** The model, and what is chosen of it: as much as a button of a phone holds. */
function summaryOf(
  { fitted }: Playground,
  { words, more }: Pick<DraftWords, "words" | "more">,
): string {
  const [one, other] = fitted;
  if (one === undefined) return "";
  if (other !== undefined) return more.modelsCompared(fitted.length);
  const { size, aspect_ratio: ratio, n } = one.fields;
  const shape = size.replace("x", " × ") || ratio || words.playground.auto;
  return [one.column.model.id, shape, ...(n === 1 ? [] : [`× ${n}`])].join(" · ");
}

function PromptField({
  playground: { draft, change },
  isPhone,
  onMake,
}: {
  readonly playground: Playground;
  readonly isPhone: boolean;
  readonly onMake: () => void;
}): ReactNode {
  const words = useWords().playground;
  return (
    <Field
      label={words.prompt}
      isLabelHidden={isPhone}
      placeholder={words.promptExample}
      value={draft.prompt}
      onChange={(prompt) => change({ prompt })}
      rows={isPhone ? 2 : 4}
      onKeyDown={(event) => {
        // Held down it would buy again and again.
        const isFirst = event.key === "Enter" && !event.repeat;
        if (isFirst && (event.metaKey || event.ctrlKey)) onMake();
      }}
    />
  );
}

/** The draft of before, what the model leaves behind, and the gateway's refusal. */
function Notes({
  playground: { change, columns, fitted, starting },
}: {
  readonly playground: Playground;
}): ReactNode {
  const words = useWords().playground;
  const [first] = fitted;
  return (
    <>
      <AdoptedDraft onBack={change} />
      {first === undefined || columns.isComparing ? null : (
        <LeavesBehind model={first.column.model} left={first.left} />
      )}
      {starting.error === null ? null : <Problem error={starting.error} title={words.refused} />}
    </>
  );
}

/** The controls of the one model, or those that hold for all that are compared. */
function SharedControls({
  playground: { draft, change, pictures, columns, fitted, refusals },
}: {
  readonly playground: Playground;
}): ReactNode {
  const more = useMakeWords();
  const [first] = fitted;
  if (first === undefined) return null;
  if (!columns.isComparing)
    return (
      <Controls
        model={first.column.model}
        fields={first.fields}
        hasPictures={pictures.length > 0}
        onChange={change}
        refusals={refusals}
      />
    );
  const common = commonModel(columns.columns.map(({ model }) => model));
  return (
    <fieldset className="flex min-w-0 flex-col gap-5">
      <legend className="pb-4 font-semibold">{more.forAll}</legend>
      <Controls
        model={common}
        fields={fitDraft(draft, common, []).fields}
        hasPictures={pictures.length > 0}
        refusals={refusals}
        onChange={(chosen: Partial<DraftFields>) => {
          change(chosen);
          columns.clear(Object.keys(chosen));
        }}
      />
    </fieldset>
  );
}

/** The choices that the model leaves behind, said before the click. */
function LeavesBehind({
  model,
  left,
}: {
  readonly model: Model;
  readonly left: readonly LeftBehind[];
}): ReactNode {
  const all = useDraftWords();
  if (left.length === 0) return null;
  const { leavesBehind } = all.words.playground;
  return <Message tone="info" title={leavesBehind(model.id, leftInWords(left, all))} />;
}
