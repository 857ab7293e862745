import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
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
            aria-label={made[0]?.fields.prompt}
            aria-pressed={id === shown?.id}
            onClick={() => show(id)}
            className="grid size-16 grid-flow-row place-items-center overflow-hidden rounded-picture border-2 border-transparent bg-sunk has-[>:nth-child(2)]:grid-cols-2 aria-pressed:border-accent"
          >
            {made.map((one, at) =>
              id === shown?.id ? (
                <Thumbnail key={one.id} made={one} state={states[at]} />
              ) : (
                <Glance key={one.id} made={one} />
              ),
            )}
          </button>
        </li>
      ))}
    </ol>
  );
}

function Glance({ made }: { readonly made: Made }): ReactNode {
  return <Thumbnail made={made} state={useGlance(made)} />;
}

function Thumbnail({
  made,
  state,
}: {
  readonly made: Made;
  readonly state: GenerationState | undefined;
}): ReactNode {
  const words = useWords().playground;
  const more = useMakeWords();
  if (state === undefined) return null;
  const [picture] = state.pictures;
  const url = picture === undefined ? state.previews[0] : `${picture.url}&w=320`;
  if (url !== undefined)
    return <img src={url} alt="" className="size-full min-h-0 min-w-0 object-cover" />;
  if (state.phase === "failed") return <Icon name="alert" size={16} />;
  return (
    <span title={state.phase === "queued" ? lineWords(made, state, words, more) : undefined}>
      <Aperture size={16} busy={!isOver(state)} />
    </span>
  );
}
