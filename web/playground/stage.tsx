import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Button, buttonLooks } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { Icon } from "../ui/icon.tsx";
import { Message } from "../ui/message.tsx";
import { Remedy, RemedyLink } from "../ui/remedy.tsx";
import { Canvas, Thumbnails, keepsRest } from "./canvas.tsx";
import {
  type GenerationState,
  type Made,
  type MadePicture,
  type Refusal,
  galleryId,
  isOver,
} from "./generation.ts";
import { KeepButton } from "./keep-button.tsx";
import { Progress } from "./progress.tsx";

/** The ways to go on from a result. */
export interface GoingOn {
  /** Takes a picture into the draft. */
  use(made: Made, picture: MadePicture): void;
  /** Asks for the same once more; `vary`: with another seed. */
  again(made: Made, vary: boolean): void;
}

/** A result: the picture, as large as fits, or what is being done about it. */
export function Stage({
  made,
  state,
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
  // Where the rest was kept, the picture that keeps it is the one that was wanted.
  const kept = state.pictures.findIndex((one) => keepsRest(one, made));
  const shown = chosen ?? Math.max(0, kept);
  const picture = state.pictures[shown] ?? state.pictures[0];
  return (
    <section aria-label={made.fields.model} className="flex min-w-0 flex-1 flex-col gap-3">
      {isColumn ? <h2 className="truncate font-semibold">{made.fields.model}</h2> : null}
      {state.error === undefined ? (
        <Canvas made={made} state={state} picture={picture} isColumn={isColumn} />
      ) : (
        <Failure
          error={state.error}
          isColumn={isColumn}
          onAgain={() => goingOn.again(made, false)}
        />
      )}
      {state.pictures.length < 2 ? null : (
        <Thumbnails pictures={state.pictures} shown={shown} onShow={setChosen} made={made} />
      )}
      {state.error === undefined ? <Progress made={made} state={state} /> : null}
      {picture === undefined ? null : (
        <Actions
          made={made}
          picture={picture}
          isColumn={isColumn}
          isKeepable={isOver(state)}
          goingOn={goingOn}
        />
      )}
      {state.warnings.map(({ code, message }) => (
        <Message key={code + message} tone="info" title={message} />
      ))}
    </section>
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
  return (
    <div className="flex flex-wrap items-center gap-2">
      {isKeepable ? <KeepButton key={picture.url} id={galleryId(made, picture)} /> : null}
      <Button
        onPress={() => goingOn.use(made, picture)}
        isSquare={isColumn}
        aria-label={words.useAsInput}
      >
        <Icon name="plus" size={16} />
        {isColumn ? null : words.useAsInput}
      </Button>
      <Button onPress={() => goingOn.again(made, true)}>{words.vary}</Button>
      <a
        href={picture.url}
        download={`${made.id}-${picture.index + 1}.${picture.format}`}
        aria-label={words.download}
        className={buttonLooks("plain", isColumn)}
      >
        <Icon name="download" size={16} />
        {isColumn ? null : words.download}
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
  isColumn,
  onAgain,
}: {
  readonly error: Refusal;
  readonly isColumn: boolean;
  readonly onAgain: () => void;
}): ReactNode {
  const words = useWords().playground;
  return (
    <div
      className={classNames(
        "grid place-items-center rounded-panel bg-sunk",
        isColumn ? "h-80 overflow-y-auto p-3" : "min-h-72 p-6",
      )}
    >
      <Message
        tone="bad"
        title={words.failed}
        action={
          <div className="flex flex-wrap gap-2">
            <RemedyLink code={error.code} />
            <Button onPress={onAgain}>{words.makeAgain}</Button>
          </div>
        }
      >
        <p>{error.message}</p>
        <Remedy code={error.code} />
        <p className="pt-1 font-mono text-label">{error.code}</p>
      </Message>
    </div>
  );
}
