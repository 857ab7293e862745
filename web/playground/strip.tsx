import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { classNames } from "../ui/class-names.ts";
import { Icon } from "../ui/icon.tsx";
import { useGlance } from "./follow.ts";
import { type GenerationState, type Made, isOver } from "./generation.ts";
import { lineWords } from "./line-words.ts";
import type { MadeList } from "./made-list.ts";
import { useMakeWords } from "./words.ts";

/** Results of this session, newest first; a next try throws none of them away. A comparison is one of them. */
export function Strip({
  list: { tries, shown, show },
  states,
}: {
  readonly list: MadeList;
  /** Of the try that is shown. */
  readonly states: readonly GenerationState[];
}): ReactNode {
  const words = useWords().playground;
  if (tries.length === 0) return null;
  return (
    <ol
      aria-label={words.results}
      className="flex shrink-0 gap-2 overflow-x-auto pb-1 wide:max-h-[80dvh] wide:w-20 wide:flex-col wide:overflow-x-visible wide:overflow-y-auto"
    >
      {tries.map(({ id, made }) => (
        <li key={id}>
          <button
            type="button"
            aria-pressed={id === shown?.id}
            onClick={() => show(id)}
            className={classNames(
              "relative grid size-16 grid-flow-row place-items-center overflow-hidden rounded-picture border-2 border-transparent bg-sunk aria-pressed:border-accent",
              made.length > 1 && "grid-cols-2",
            )}
          >
            <span className="sr-only">{made[0]?.fields.prompt}</span>
            {made.map((one, at) =>
              id === shown?.id ? (
                <Thumbnail key={one.id} made={one} state={states[at]} isAlone={made.length === 1} />
              ) : (
                <Glance key={one.id} made={one} isAlone={made.length === 1} />
              ),
            )}
          </button>
        </li>
      ))}
    </ol>
  );
}

interface ThumbnailProps {
  readonly made: Made;
  /** True: it has its button to itself, and room for some words. */
  readonly isAlone: boolean;
}

function Glance(props: ThumbnailProps): ReactNode {
  return <Thumbnail {...props} state={useGlance(props.made)} />;
}

function Thumbnail({
  made,
  isAlone,
  state,
}: ThumbnailProps & { readonly state: GenerationState | undefined }): ReactNode {
  if (state === undefined) return null;
  const [picture] = state.pictures;
  const url = picture === undefined ? state.previews[0] : `${picture.url}&w=320`;
  if (url !== undefined)
    return <img src={url} alt="" className="size-full min-h-0 min-w-0 object-cover" />;
  if (state.phase === "failed") return <Icon name="alert" size={16} />;
  if (state.phase === "queued") return <Waiting made={made} isAlone={isAlone} state={state} />;
  return <Aperture size={16} busy={!isOver(state)} />;
}

/** A request that waits: its place in the line is seen where there is room, and heard always. */
function Waiting({
  made,
  isAlone,
  state,
}: ThumbnailProps & { readonly state: GenerationState }): ReactNode {
  const words = useWords().playground;
  const more = useMakeWords();
  const line = lineWords(made, state, words, more);
  return (
    <span title={line} className="flex flex-col items-center gap-1">
      <Aperture size={16} busy />
      <span className="sr-only">{line}</span>
      {isAlone && state.place !== undefined ? (
        <span aria-hidden className="text-label leading-tight text-soft">
          {more.placeInLine(state.place)}
        </span>
      ) : null}
    </span>
  );
}
