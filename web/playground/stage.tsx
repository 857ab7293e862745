import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Button, buttonLooks } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Message } from "../ui/message.tsx";
import { FaultWords } from "../ui/sentence.tsx";
import { Canvas, Thumbnails, keepsRest } from "./canvas.tsx";
import { Failure } from "./failure.tsx";
import { useGenerations } from "./follow.ts";
import {
  type Filler,
  type GenerationState,
  type Made,
  type MadePicture,
  filledUp,
  galleryId,
  isOver,
  mayBeBilled,
  missingOf,
} from "./generation.ts";
import type { GoingOn } from "./going-on.ts";
import { KeepButton } from "./keep-button.tsx";
import { PricedButton } from "./priced-button.tsx";
import { Progress } from "./progress.tsx";
import { ResultMenu } from "./result-menu.tsx";
import { RestKept } from "./rest-kept.tsx";
import { noteTime } from "./usual-times.ts";
import { useMakeWords } from "./words.ts";

/** A result: the picture, as large as fits, or what is being done about it. */
export function Stage({
  made,
  state: own,
  isColumn = false,
  goingOn,
}: {
  readonly made: Made;
  readonly state: GenerationState;
  /** True: it stands beside others, all of one height. */
  readonly isColumn?: boolean;
  readonly goingOn: GoingOn;
}): ReactNode {
  const [chosen, setChosen] = useState<number>();
  useEffect(() => setChosen(undefined), [made.id]);
  const { model } = made.fields;
  const { tookMs } = own;
  useEffect(() => {
    if (tookMs !== undefined) noteTime(model, tookMs);
  }, [model, tookMs]);
  const fillers = useFillers(goingOn.fillersOf(made));
  const state = filledUp(made, own, fillers);
  // Where the rest was kept, the picture that keeps it is the one that was wanted.
  const kept = state.pictures.findIndex((one) => keepsRest(one, made));
  const shown = chosen ?? Math.max(0, kept);
  const picture = state.pictures[shown] ?? state.pictures[0];
  return (
    <section aria-label={model} className="flex min-w-0 flex-1 flex-col gap-3">
      {isColumn ? <h2 className="truncate font-semibold">{model}</h2> : null}
      {state.error === undefined ? (
        <Canvas made={made} state={state} picture={picture} isColumn={isColumn} />
      ) : (
        <Failure
          made={made}
          state={state}
          error={state.error}
          isColumn={isColumn}
          goingOn={goingOn}
        />
      )}
      <Thumbnails state={state} shown={shown} onShow={setChosen} made={made} />
      {state.error === undefined ? (
        <Progress made={made} state={state} asked={goingOn.asked(made, {})} />
      ) : null}
      <Missing made={made} state={state} fillers={fillers} goingOn={goingOn} />
      {picture === undefined ? null : (
        <Actions
          made={made}
          picture={picture}
          isColumn={isColumn}
          isKeepable={isOver(state)}
          goingOn={goingOn}
        />
      )}
      {picture === undefined ? null : (
        <RestKept made={made} pictures={state.pictures} picture={picture} />
      )}
      {state.warnings.map(({ code, message }) => (
        <Message key={code + message} tone="info" title={message} />
      ))}
    </section>
  );
}

function useFillers(made: readonly Made[]): readonly Filler[] {
  const states = useGenerations(made);
  return made.flatMap((one, at) => {
    const state = states[at];
    return state === undefined ? [] : [{ made: one, state }];
  });
}

/** The pictures that did not come, and those that are being made in their place: only they are asked for again. */
function Missing({
  made,
  state,
  fillers,
  goingOn,
}: {
  readonly made: Made;
  readonly state: GenerationState;
  readonly fillers: readonly Filler[];
  readonly goingOn: GoingOn;
}): ReactNode {
  const more = useMakeWords();
  const last = fillers.at(-1);
  const missing = missingOf(made, state);
  if (last !== undefined && !isOver(last.state))
    return <Progress made={last.made} state={last.state} asked={undefined} />;
  if (missing === 0) return null;
  // With the same seed the same ones would come again.
  const change = { n: missing, seed: "" };
  return (
    <div className="flex flex-col items-start gap-2">
      {last?.state.error === undefined ? null : (
        <div className="text-label text-bad">
          <FaultWords code={last.state.error.code} message={last.state.error.message} />
        </div>
      )}
      <PricedButton
        label={more.makeMissing(missing)}
        asked={goingOn.asked(made, change)}
        mayBuyTwice={mayBeBilled(state) || (last !== undefined && mayBeBilled(last.state))}
        onPress={() => goingOn.again(made, change, made.id)}
      />
    </div>
  );
}

function Actions({
  made,
  picture,
  isColumn,
  isKeepable,
  goingOn,
}: {
  readonly made: Made;
  readonly picture: MadePicture;
  readonly isColumn: boolean;
  /** True: its record is written, so the gallery has it. */
  readonly isKeepable: boolean;
  readonly goingOn: GoingOn;
}): ReactNode {
  const words = useWords().playground;
  const more = useMakeWords();
  const { seed } = picture;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {isKeepable ? <KeepButton key={picture.url} id={galleryId(made, picture)} /> : null}
      {goingOn.use === undefined ? null : (
        <Button
          onPress={() => goingOn.use?.(made, picture)}
          isSquare={isColumn}
          aria-label={words.useAsInput}
        >
          <Icon name="plus" size={16} />
          {isColumn ? null : words.useAsInput}
        </Button>
      )}
      <Button
        isOnce
        isDisabled={goingOn.asked(made, { seed: "" }) === undefined}
        onPress={() => goingOn.again(made, { seed: "" })}
      >
        {words.vary}
      </Button>
      {goingOn.edit === undefined ? null : (
        <Button
          onPress={() => goingOn.edit?.(made, picture)}
          isSquare={isColumn}
          aria-label={more.editPart}
        >
          <Icon name="brush" size={16} />
          {isColumn ? null : more.editPart}
        </Button>
      )}
      <a
        href={picture.url}
        download={`${made.id}-${picture.index + 1}.${picture.format}`}
        aria-label={words.download}
        className={buttonLooks("plain", isColumn)}
      >
        <Icon name="download" size={16} />
        {isColumn ? null : words.download}
      </a>
      <ResultMenu key={made.id} made={made} goingOn={goingOn} />
      {seed === undefined ? null : (
        <Button onPress={() => goingOn.chooseSeed(seed)}>{more.sameSeed}</Button>
      )}
      <p className="basis-full text-label text-soft">
        {picture.width} × {picture.height} · {picture.format}
        {seed === undefined ? null : ` · ${words.seed} ${seed}`}
      </p>
    </div>
  );
}
