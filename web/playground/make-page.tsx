import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import { EmptyState, Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";
import { RemedyLink } from "../ui/remedy.tsx";
import { useAskedModel } from "./asked-models.ts";
import { Asking } from "./asking.tsx";
import { canvasHeight } from "./canvas.tsx";
import { Comparison } from "./comparison.tsx";
import { useFromGallery } from "./from-gallery.ts";
import { useGenerations } from "./follow.ts";
import type { GenerationState } from "./generation.ts";
import { MaskOfFirst } from "./mask-of-first.tsx";
import { KeyGone, KeySelect } from "./key-select.tsx";
import { type Model, modelsQueryBy, takesMask } from "./models.ts";
import { AsKeyProvider, useKeyChoice } from "./own-keys.ts";
import { type Playground, usePlayground } from "./playground.ts";
import { useMakeWords } from "./words.ts";
import { Stage } from "./stage.tsx";
import { Strip } from "./strip.tsx";

/** The playground: what is asked on the left, the picture in the middle, this session's results on the right. */
export function MakePage(): ReactNode {
  const words = useWords();
  const choice = useKeyChoice();
  const keyId = choice.key?.id;
  const models = useQuery({
    ...modelsQueryBy(keyId),
    enabled: choice.isKnown,
    // The draft stays on the page while those of another key are asked for.
    placeholderData: keepPreviousData,
  });
  return (
    <Page title={words.nav.playground} action={<KeySelect choice={choice} />}>
      <KeyGone choice={choice} />
      {choice.error === null ? null : <Problem error={choice.error} />}
      {models.error === null ? null : (
        <Problem error={models.error} onRetry={() => void models.refetch()} />
      )}
      {models.isPending ? <Aperture size={40} busy label={words.loading} /> : null}
      {models.data?.length === 0 ? (
        <EmptyState
          sentence={words.playground.noModels}
          action={<RemedyLink code="model_not_found" />}
          command="pinhole models"
        />
      ) : null}
      {models.data?.[0] === undefined ? null : (
        <AsKeyProvider value={choice.key}>
          <WithModels models={models.data} />
        </AsKeyProvider>
      )}
    </Page>
  );
}

function WithModels({ models }: { readonly models: readonly Model[] }): ReactNode {
  const playground = usePlayground(models);
  const { list, columns, brought, pictures } = playground;
  const states = useGenerations(list.shown?.made ?? []);
  const masked = columns.columns.find(({ model }) => takesMask(model))?.model;
  return (
    <div className="flex flex-col gap-6 wide:flex-row wide:flex-wrap">
      <Missing models={models} playground={playground} />
      <Asking models={models} playground={playground} />
      <div className="order-1 flex min-w-0 flex-1 flex-col gap-4 self-stretch wide:sticky wide:basis-80 wide:top-6 wide:order-2 wide:flex-row wide:self-start">
        <Shown models={models} playground={playground} states={states} />
        <Strip list={list} states={states} />
      </div>
      {masked === undefined || pictures.length === 0 ? null : (
        <MaskOfFirst model={masked} brought={brought} />
      )}
    </div>
  );
}

/** Takes in the model and the pictures that the address names, and says which of them are not here, or not for this person. */
function Missing({
  models,
  playground: { columns, brought },
}: {
  readonly models: readonly Model[];
  readonly playground: Playground;
}): ReactNode {
  const more = useMakeWords();
  const unknown = useAskedModel(models, columns.only);
  const gone = useFromGallery(brought.add);
  const present = columns.columns.map(({ model }) => model.id).join(", ");
  const said = [
    ...(unknown.length === 0 ? [] : [more.notServed(unknown.join(", "), present)]),
    ...(gone === 0 ? [] : [more.picturesGone(gone)]),
  ];
  return said.map((sentence) => (
    <div key={sentence} className="w-full">
      <Message tone="warn" title={sentence} />
    </div>
  ));
}

function Shown({
  models,
  playground,
  states,
}: {
  readonly models: readonly Model[];
  readonly playground: Playground;
  readonly states: readonly GenerationState[];
}): ReactNode {
  const words = useWords().playground;
  const { list, goingOn } = playground;
  const made = list.shown?.made ?? [];
  const [one, other] = made;
  const [state] = states;
  if (one === undefined || state === undefined)
    return (
      <div
        className={`grid min-w-0 flex-1 place-content-center place-items-center gap-4 rounded-panel bg-sunk p-6 ${canvasHeight}`}
      >
        <Aperture size={56} />
        <p className="max-w-72 text-center text-soft">{words.nothingYet}</p>
        <Example playground={playground} models={models} />
      </div>
    );
  return other === undefined ? (
    <Stage made={one} state={state} goingOn={goingOn} />
  ) : (
    <Comparison made={made} states={states} goingOn={goingOn} />
  );
}

/** The owner of the models that the gateway has of its own, which paint without a key and for nothing. */
const gatewayItself = "pinhole";

/** A first prompt for who has none, written in for a model that costs nothing; nothing where there is no such model. */
function Example({
  models,
  playground: { columns, change },
}: {
  readonly models: readonly Model[];
  readonly playground: Playground;
}): ReactNode {
  const words = useWords().playground;
  const more = useMakeWords();
  const own = models.filter(
    ({ owned_by: owner, pricing }) => owner === gatewayItself && pricing === "free",
  );
  const [first] = own;
  if (first === undefined) return null;
  const isChosen = columns.columns.every(({ model }) => own.includes(model));
  return (
    <>
      <p className="max-w-72 text-center text-soft">{words.sandboxIsFree}</p>
      <Button
        onPress={() => {
          if (!isChosen) columns.only(first.id);
          change({ prompt: words.promptExample });
        }}
      >
        {more.tryExample}
      </Button>
    </>
  );
}
