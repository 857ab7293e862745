import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { classNames } from "../ui/class-names.ts";
import { Icon } from "../ui/icon.tsx";
import { Ring } from "./ring.tsx";
import { sizeOfText } from "./size-rule.ts";
import { useMakeWords } from "./words.ts";
import { type GenerationState, type Made, type MadePicture, missingOf } from "./generation.ts";

/** The picture, or its preview, or the aperture while there is neither. In a column all are of one height. */
export function Canvas({
  made,
  state,
  picture,
  isColumn,
}: {
  readonly made: Made;
  readonly state: GenerationState;
  readonly picture: MadePicture | undefined;
  readonly isColumn: boolean;
}): ReactNode {
  const source = picture?.url ?? state.previews[0];
  return (
    <div
      className={classNames(
        "grid grid-rows-[minmax(0,1fr)] place-items-center rounded-panel bg-sunk p-3",
        isColumn ? "h-88" : canvasHeight,
      )}
    >
      {source === undefined ? (
        <Coming made={made} state={state} isColumn={isColumn} />
      ) : (
        <img
          key={source}
          src={source}
          alt={made.fields.prompt}
          width={picture?.width}
          height={picture?.height}
          className={classNames(
            "w-auto max-w-full rounded-picture object-contain transition-opacity duration-[240ms] starting:opacity-0",
            isColumn ? "max-h-82" : "max-h-full",
            picture === undefined && "blur-[2px]",
          )}
        />
      )}
    </div>
  );
}

/** The height of the place where a picture comes, the same before it is there and after, so that nothing moves. */
export const canvasHeight =
  "h-[44dvh] min-h-64 phone:h-[56dvh] phone:min-h-72 wide:h-[calc(100dvh-15rem)] wide:min-h-[28rem]";

/** The frame of a picture that is being made, in the proportions that it will have where they are known. */
function Coming({
  made,
  state,
  isColumn,
}: {
  readonly made: Made;
  readonly state: GenerationState;
  readonly isColumn: boolean;
}): ReactNode {
  const size = sizeOfText(made.fields.size) ??
    shapeOf(made.fields.aspect_ratio) ?? { width: 1024, height: 1024 };
  return (
    <div className="grid h-full w-full grid-rows-[minmax(0,1fr)] place-items-center *:[grid-area:1/1]">
      {/* A drawing keeps its proportions within bounds as a picture does. */}
      <svg
        aria-hidden
        width={size.width}
        height={size.height}
        viewBox={`0 0 ${size.width} ${size.height}`}
        className="max-h-full max-w-full rounded-picture border border-line bg-ground"
      />
      <Ring made={made} state={state} size={isColumn ? 48 : 72} />
    </div>
  );
}

function shapeOf(ratio: string): { readonly width: number; readonly height: number } | undefined {
  const [width = 0, height = 0] = ratio.split(":").map(Number);
  return width > 0 && height > 0 ? { width: width * 256, height: height * 256 } : undefined;
}

/** The pictures of a request, of which one is shown large. */
export function Thumbnails({
  state,
  shown,
  onShow,
  made,
}: {
  readonly state: GenerationState;
  readonly shown: number;
  readonly onShow: (at: number) => void;
  readonly made: Made;
}): ReactNode {
  const words = useWords().playground;
  const more = useMakeWords();
  const { pictures } = state;
  const missing = missingOf(made, state);
  if (pictures.length + missing < 2) return null;
  const asked = pictures.filter((one) => !keepsRest(one, made)).length;
  const labelOf = (picture: MadePicture, at: number): string =>
    keepsRest(picture, made)
      ? words.restKeptOf(picture.index - made.fields.n + 1)
      : words.pictureOf(at + 1, asked);
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
      {Array.from({ length: missing }, (_, at) => (
        <span
          key={`missing-${at}`}
          title={more.notCome}
          className="grid size-17 place-items-center rounded-picture border border-dashed border-edge text-soft"
        >
          <Icon name="close" size={16} />
          <span className="sr-only">{more.notCome}</span>
        </span>
      ))}
    </div>
  );
}

/** True for the pictures that stand behind those that were asked for: they have the original's pixels outside of the mask. */
export function keepsRest({ index }: MadePicture, { fields }: Made): boolean {
  return index >= fields.n;
}
