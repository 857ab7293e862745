import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button, buttonLooks } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { Icon } from "../ui/icon.tsx";
import { Message } from "../ui/message.tsx";
import { dollars } from "../ui/money.ts";
import {
  type GenerationState,
  type Made,
  type MadePicture,
  galleryId,
  stopGeneration,
} from "./generation.ts";
import { KeepButton } from "./keep-button.tsx";

/** The picture, as large as fits, or what is being done about it. */
export function Stage({
  made,
  state,
  onUse,
  onAgain,
}: {
  readonly made: Made;
  readonly state: GenerationState;
  /** Takes a picture into the draft. */
  readonly onUse: (made: Made, picture: MadePicture) => void;
  /** Asks for the same once more, with another seed. */
  readonly onAgain: () => void;
}): ReactNode {
  const [chosen, setChosen] = useState<number>();
  useEffect(() => setChosen(undefined), [made.id]);
  // Where the rest was kept, the picture that keeps it is the one that was wanted.
  const kept = state.pictures.findIndex((one) => keepsRest(one, made));
  const shown = chosen ?? Math.max(0, kept);
  const picture = state.pictures[shown] ?? state.pictures[0];
  const isOver = state.phase === "done" || state.phase === "failed";
  return (
    <section className="flex min-w-0 flex-1 flex-col gap-3">
      {state.error === undefined ? (
        <Canvas made={made} state={state} picture={picture} />
      ) : (
        <Failure error={state.error} onAgain={onAgain} />
      )}
      {state.pictures.length < 2 ? null : (
        <Thumbnails pictures={state.pictures} shown={shown} onShow={setChosen} made={made} />
      )}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Progress made={made} state={state} />
        {isOver || state.phase === "away" ? null : <StopButton id={made.id} />}
      </div>
      {picture === undefined ? null : (
        <Actions made={made} picture={picture} isOver={isOver} onUse={onUse} onAgain={onAgain} />
      )}
      {state.warnings.map(({ code, message }) => (
        <Message key={code + message} tone="info" title={message} />
      ))}
    </section>
  );
}

/** True for the pictures that stand behind those that were asked for: they have the original's pixels outside of the mask. */
function keepsRest({ index }: MadePicture, { fields }: Made): boolean {
  return index >= fields.n;
}

function Canvas({
  made,
  state,
  picture,
}: {
  readonly made: Made;
  readonly state: GenerationState;
  readonly picture: MadePicture | undefined;
}): ReactNode {
  const preview = state.previews[0];
  const source = picture?.url ?? preview;
  return (
    <div className="grid min-h-72 place-items-center rounded-panel bg-sunk p-3 phone:min-h-[28rem]">
      {source === undefined ? (
        <Aperture size={72} busy />
      ) : (
        <img
          key={source}
          src={source}
          alt={made.fields.prompt}
          width={picture?.width}
          height={picture?.height}
          className={classNames(
            "max-h-[70dvh] w-auto max-w-full rounded-picture object-contain transition-opacity duration-[240ms] starting:opacity-0",
            picture === undefined && "blur-[2px]",
          )}
        />
      )}
    </div>
  );
}

function Thumbnails({
  pictures,
  shown,
  onShow,
  made,
}: {
  readonly pictures: readonly MadePicture[];
  readonly shown: number;
  readonly onShow: (at: number) => void;
  readonly made: Made;
}): ReactNode {
  const words = useWords().playground;
  const labelOf = (picture: MadePicture, at: number): string =>
    keepsRest(picture, made)
      ? words.restKeptOf(picture.index - made.fields.n + 1)
      : words.pictureOf(at + 1, Math.min(made.fields.n, pictures.length));
  return (
    <div className="flex flex-wrap gap-2">
      {pictures.map((picture, at) => (
        <button
          key={picture.url}
          type="button"
          onClick={() => onShow(at)}
          aria-label={labelOf(picture, at)}
          title={labelOf(picture, at)}
          aria-pressed={at === shown}
          className="rounded-picture border-2 border-transparent aria-pressed:border-accent"
        >
          <img
            src={`${picture.url}&w=320`}
            alt={made.fields.prompt}
            className="size-16 rounded-picture bg-sunk object-cover"
          />
        </button>
      ))}
    </div>
  );
}

/** The state in one sentence; seconds count while it is made. */
function Progress({
  made,
  state,
}: {
  readonly made: Made;
  readonly state: GenerationState;
}): ReactNode {
  const words = useWords().playground;
  const isRunning = state.phase === "queued" || state.phase === "making";
  const seconds = useSeconds(made.at, isRunning);
  const failover = state.failovers.at(-1);
  return (
    <div className="flex min-w-0 flex-col text-label text-soft">
      {failover === undefined ? null : (
        <p className="text-warn">{words.failedOver(failover.channel, failover.evidence)}</p>
      )}
      <p role="status">
        {state.phase === "queued" ? words.waiting : null}
        {state.phase === "making" ? words.making(state.channel, state.attempt) : null}
        {state.phase === "away" ? words.away : null}
        {state.phase === "done" ? words.done(costWords(state.usd, words)) : null}
        {isRunning ? <span aria-hidden> · {words.seconds(seconds)}</span> : null}
      </p>
    </div>
  );
}

type PlaygroundWords = ReturnType<typeof useWords>["playground"];

function costWords(usd: string | null | undefined, words: PlaygroundWords): string {
  return usd === null || usd === undefined ? words.costUnknown : dollars(usd, words.free);
}

function useSeconds(since: number, isRunning: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return Math.max(0, Math.round((now - since) / 1000));
}

function StopButton({ id }: { readonly id: string }): ReactNode {
  const words = useWords().playground;
  return (
    <Button kind="quiet" onPress={() => void stopGeneration(id)}>
      {words.stop}
    </Button>
  );
}

function Actions({
  made,
  picture,
  isOver,
  onUse,
  onAgain,
}: {
  readonly made: Made;
  readonly picture: MadePicture;
  readonly isOver: boolean;
  readonly onUse: (made: Made, picture: MadePicture) => void;
  readonly onAgain: () => void;
}): ReactNode {
  const words = useWords().playground;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {isOver ? <KeepButton key={picture.url} id={galleryId(made, picture)} /> : null}
      <Button onPress={() => onUse(made, picture)}>
        <Icon name="plus" size={16} />
        {words.useAsInput}
      </Button>
      <Button onPress={onAgain}>{words.vary}</Button>
      <a
        href={picture.url}
        download={`${made.id}-${picture.index + 1}.${picture.format}`}
        className={buttonLooks("plain")}
      >
        <Icon name="download" size={16} />
        {words.download}
      </a>
      <p className="text-label text-soft">
        {picture.width} × {picture.height} · {picture.format}
        {picture.seed === undefined ? null : ` · ${words.seed} ${picture.seed}`}
      </p>
    </div>
  );
}

function Failure({
  error,
  onAgain,
}: {
  readonly error: { readonly code: string; readonly message: string };
  readonly onAgain: () => void;
}): ReactNode {
  const words = useWords().playground;
  return (
    <div className="grid min-h-72 place-items-center rounded-panel bg-sunk p-6">
      <Message
        tone="bad"
        title={words.failed}
        action={<Button onPress={onAgain}>{words.makeAgain}</Button>}
      >
        <p>{error.message}</p>
        <p className="pt-1 font-mono text-label">{error.code}</p>
      </Message>
    </div>
  );
}
