import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import type { ReactNode } from "react";
import { Form } from "react-aria-components";
import { ApiError } from "../api/ask.ts";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Field } from "../ui/field.tsx";
import { Message } from "../ui/message.tsx";
import { EmptyState, Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";
import { Controls } from "./controls.tsx";
import { type DraftFields, type LeftBehind, fitDraft, useDraft } from "./draft.ts";
import { type DraftPictures, draftPicture, useDraftPictures } from "./draft-pictures.ts";
import { useFromGallery } from "./from-gallery.ts";
import {
  type Made,
  type MadePicture,
  galleryId,
  startGeneration,
  useGeneration,
} from "./generation.ts";
import { useMadeList } from "./made-list.ts";
import { AdoptedDraft } from "./adopted-draft.tsx";
import { MakeButton } from "./make-button.tsx";
import { MaskOfFirst, NoMask } from "./mask-of-first.tsx";
import { type Model, modelsQuery, picturesMax, takesMask } from "./models.ts";
import { PicturesIn } from "./pictures-in.tsx";
import { Stage } from "./stage.tsx";
import { Strip } from "./strip.tsx";

/** The playground: what is asked on the left, the picture in the middle, this session's results on the right. */
export function MakePage(): ReactNode {
  const words = useWords();
  const models = useQuery(modelsQuery);
  return (
    <Page title={words.nav.playground}>
      {models.error === null ? null : (
        <Problem error={models.error} onRetry={() => void models.refetch()} />
      )}
      {models.isPending ? <Aperture size={40} busy label={words.loading} /> : null}
      {models.data?.length === 0 ? (
        <EmptyState sentence={words.playground.noModels} command="pinhole models" />
      ) : null}
      {models.data?.[0] === undefined ? null : <Playground models={models.data} />}
    </Page>
  );
}

/** The draft, the pictures that it brings, and the ways to make something of them. */
function usePlayground(models: readonly Model[]) {
  const [draft, change] = useDraft();
  const brought = useDraftPictures();
  const { pictures } = brought;
  const list = useMadeList();
  const model = models.find(({ id }) => id === draft.model) ?? models[0];
  const starting = useMutation({
    mutationFn: (input: { readonly model: Model; readonly fields: DraftFields }) =>
      startGeneration(input.model, input.fields, pictures, crypto.randomUUID()),
    onSuccess: (next: Made) => list.add(next),
  });
  usePastedPictures(brought.add);
  useFromGallery(brought.add);
  return {
    draft,
    change,
    model,
    pictures,
    brought,
    list,
    starting,
    async use(made: Made, picture: MadePicture): Promise<void> {
      // The gateway that served this page hosts the picture.
      const blob = await (await fetch(picture.url)).blob();
      brought.add([draftPicture(`picture.${picture.format}`, blob, galleryId(made, picture))]);
    },
  };
}

function Playground({ models }: { readonly models: readonly Model[] }): ReactNode {
  const words = useWords().playground;
  const playground = usePlayground(models);
  const { draft, model, pictures, list, starting } = playground;
  const state = useGeneration(list.shown?.id);
  if (model === undefined) return null;
  const fitted = fitDraft(draft, model, pictures);
  const make = (fields: DraftFields = fitted.fields): void => starting.mutate({ model, fields });
  return (
    <div className="flex flex-col gap-6 wide:flex-row">
      <Asking models={models} model={model} playground={playground} fitted={fitted} onMake={make} />
      <div className="order-1 flex min-w-0 flex-1 flex-col gap-4 self-stretch wide:sticky wide:top-6 wide:order-2 wide:flex-row wide:self-start">
        {list.shown === undefined ? (
          <div className="grid min-h-72 flex-1 place-items-center self-start rounded-panel bg-sunk p-6 phone:min-h-[28rem]">
            <p className="max-w-72 text-center text-soft">{words.nothingYet}</p>
          </div>
        ) : (
          <Stage
            made={list.shown}
            state={state}
            onUse={(made, picture) => void playground.use(made, picture)}
            onAgain={() => make({ ...(list.shown?.fields ?? fitted.fields), seed: "" })}
          />
        )}
        <Strip made={list.made} shown={list.shown?.id} onShow={list.show} />
      </div>
      <MaskOfFirst model={model} brought={playground.brought} />
    </div>
  );
}

/** The form on the left: what is asked, made from the model's card. */
function Asking({
  models,
  model,
  playground,
  fitted: { fields, left },
  onMake,
}: {
  readonly models: readonly Model[];
  readonly model: Model;
  readonly playground: ReturnType<typeof usePlayground>;
  readonly fitted: ReturnType<typeof fitDraft>;
  readonly onMake: () => void;
}): ReactNode {
  const words = useWords().playground;
  const { draft, change, pictures, brought, starting } = playground;
  const navigate = useNavigate({ from: "/make" });
  return (
    <Form
      className="order-2 flex w-full shrink-0 flex-col gap-5 wide:order-1 wide:w-88"
      onSubmit={(event) => {
        event.preventDefault();
        onMake();
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
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) onMake();
        }}
      />
      {picturesMax(model) === 0 && pictures.length === 0 ? null : (
        <PicturesIn
          pictures={pictures}
          max={picturesMax(model)}
          hasMasks={takesMask(model)}
          onAdd={brought.add}
          onRemove={brought.remove}
          onMask={() => void navigate({ search: { mask: 1 } })}
        />
      )}
      {pictures.length === 0 || takesMask(model) ? null : <NoMask models={models} model={model} />}
      <Controls
        models={models}
        model={model}
        fields={fields}
        hasPictures={pictures.length > 0}
        onChange={change}
      />
      <LeavesBehind model={model} left={left} />
      <MakeButton
        fields={fields}
        pictures={pictures}
        mask={takesMask(model) ? pictures[0]?.mask : undefined}
        isPending={starting.isPending}
        onMake={onMake}
      />
      {starting.error === null ? null : <StartFault error={starting.error} />}
    </Form>
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
  const words = useWords().playground;
  if (left.length === 0) return null;
  const all = left.map(({ field, value }) => `${words.fields[field]} ${value}`.trim());
  return <Message tone="info" title={words.leavesBehind(model.id, all)} />;
}

function StartFault({ error }: { readonly error: Error }): ReactNode {
  const words = useWords().playground;
  if (!(error instanceof ApiError) || error.status === 0) return <Problem error={error} />;
  return (
    <Message tone="bad" title={words.refused}>
      <p>{error.message}</p>
    </Message>
  );
}

/** Pictures that are pasted anywhere on the page. */
function usePastedPictures(onPaste: DraftPictures["add"]): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      const files = [...(event.clipboardData?.files ?? [])].filter(({ type }) =>
        type.startsWith("image/"),
      );
      if (files.length > 0) onPaste(files.map((file) => draftPicture(file.name, file)));
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  });
}
