import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Form } from "react-aria-components";
import { useWords } from "../language/language.tsx";
import { Field } from "../ui/field.tsx";
import { Message } from "../ui/message.tsx";
import { Problem } from "../ui/problem.tsx";
import { AdoptedDraft } from "./adopted-draft.tsx";
import { commonModel } from "./shared-abilities.ts";
import { Controls } from "./controls.tsx";
import type { DraftFields } from "./draft.ts";
import { type LeftBehind, fitDraft } from "./fit-draft.ts";
import { MakeButton } from "./make-button.tsx";
import { NoMask } from "./mask-of-first.tsx";
import { ModelColumns } from "./model-columns.tsx";
import { type Model, takesMask } from "./models.ts";
import { leftInWords, obstacleInWords } from "./obstacle.ts";
import { PicturesIn } from "./pictures-in.tsx";
import type { Playground } from "./playground.ts";
import { priceWords, sumOf, usePrices } from "./price.ts";
import { useMakeWords } from "./words.ts";

/** The form on the left: what is asked, made from the cards of the models. */
export function Asking({
  models,
  playground,
}: {
  readonly models: readonly Model[];
  readonly playground: Playground;
}): ReactNode {
  const all = { words: useWords(), more: useMakeWords() };
  const words = all.words.playground;
  const { draft, change, brought, columns, fitted, starting, make } = playground;
  const { pictures } = brought;
  const prices = usePrices(
    fitted.map(({ column: { model }, fields, pictures: own }) => ({
      model,
      fields,
      pictures: own,
    })),
  );
  const takers = fitted.map(({ column }) => column.model).filter(takesMask);
  const obstacle = obstacleInWords(fitted, draft.prompt, all);
  return (
    <Form
      className="order-2 flex w-full shrink-0 flex-col gap-5 wide:order-1 wide:w-88 wide:max-w-full"
      onSubmit={(event) => {
        event.preventDefault();
        if (obstacle === undefined) make();
      }}
    >
      <AdoptedDraft onBack={change} />
      <Field
        label={words.prompt}
        placeholder={words.promptExample}
        value={draft.prompt}
        onChange={(prompt) => change({ prompt })}
        rows={4}
        onKeyDown={(event) => {
          const isMake = event.key === "Enter" && (event.metaKey || event.ctrlKey);
          if (isMake && obstacle === undefined) make();
        }}
      />
      <Bringing models={models} playground={playground} takesMask={takers.length > 0} />
      <ModelColumns
        models={models}
        fitted={fitted.map((one, at) => ({ ...one, price: priceWords(prices[at], words) }))}
        leavesOf={(model) => leftInWords(fitDraft(draft, model, pictures).left, all)}
        columns={columns}
        hasPictures={pictures.length > 0}
      />
      <SharedControls playground={playground} />
      <MakeButton
        obstacle={obstacle}
        price={priceWords(sumOf(prices), words)}
        mask={takers.length > 0 ? pictures[0]?.mask : undefined}
        isPending={starting.isPending}
        onMake={make}
      />
      {starting.error === null ? null : <Problem error={starting.error} title={words.refused} />}
    </Form>
  );
}

/** The pictures that the request brings, for the models that take some. */
function Bringing({
  models,
  playground: { brought, intake, columns },
  takesMask: hasMasks,
}: {
  readonly models: readonly Model[];
  readonly playground: Playground;
  readonly takesMask: boolean;
}): ReactNode {
  const navigate = useNavigate({ from: "/make" });
  const { pictures } = brought;
  const chosen = columns.columns.map(({ model }) => model);
  const [first] = chosen;
  return (
    <>
      {intake.max === 0 && pictures.length === 0 ? null : (
        <PicturesIn
          pictures={pictures}
          intake={intake}
          hasMasks={hasMasks}
          onRemove={brought.remove}
          onMask={() => void navigate({ search: (before) => ({ ...before, mask: 1 }) })}
        />
      )}
      {pictures.length === 0 || hasMasks || first === undefined ? null : (
        <NoMask models={models} model={first} />
      )}
    </>
  );
}

/** The controls of the one model, or those that hold for all that are compared. */
function SharedControls({
  playground: { draft, change, brought, columns, fitted },
}: {
  readonly playground: Playground;
}): ReactNode {
  const more = useMakeWords();
  const { pictures } = brought;
  const [first] = fitted;
  if (first === undefined) return null;
  if (!columns.isComparing)
    return (
      <>
        <Controls
          model={first.column.model}
          fields={first.fields}
          hasPictures={pictures.length > 0}
          onChange={change}
        />
        <LeavesBehind model={first.column.model} left={first.left} />
      </>
    );
  const common = commonModel(columns.columns.map(({ model }) => model));
  return (
    <fieldset className="flex min-w-0 flex-col gap-5">
      <legend className="pb-4 font-semibold">{more.forAll}</legend>
      <Controls
        model={common}
        fields={fitDraft(draft, common, []).fields}
        hasPictures={pictures.length > 0}
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
  const all = { words: useWords(), more: useMakeWords() };
  if (left.length === 0) return null;
  const { leavesBehind } = all.words.playground;
  return <Message tone="info" title={leavesBehind(model.id, leftInWords(left, all))} />;
}
