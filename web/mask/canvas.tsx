import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { PointerEvent as ReactPointerEvent, ReactNode, RefObject } from "react";
import { useWords } from "../language/language.tsx";
import { classNames } from "../ui/class-names.ts";
import { Brush } from "./brush.tsx";
import type { Editing } from "./editing.ts";
import { drawOverlay } from "./overlay.ts";
import { Outline } from "./outline.tsx";
import { type Painting, usePainting } from "./painting.ts";
import type { Size } from "./selection.ts";
import { zoomView } from "./view.ts";
import type { Viewing } from "./viewing.ts";

/** The picture with its mask over it, at any zoom in its own pixels. */
export function MaskCanvas({
  url,
  editing,
  viewing,
  moves,
}: {
  readonly url: string;
  readonly editing: Editing;
  readonly viewing: Viewing;
  /** True while the space bar is held: pointers move the picture. */
  readonly moves: boolean;
}): ReactNode {
  const words = useWords().mask;
  const stage = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLImageElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  useSize(stage, viewing.resize);
  useWheel(stage, viewing);
  useOverlay(overlay, editing);
  const painting = usePainting({ editing, viewing, overlay, moves });
  const { pointer, handlers } = usePointers(painting);
  const { size } = editing;
  const { view } = viewing;
  const place = {
    width: size.width,
    height: size.height,
    transform: `translate(${view.left}px, ${view.top}px) scale(${view.scale})`,
  };
  const layer = classNames(
    "pointer-events-none absolute top-0 left-0 max-w-none origin-top-left",
    view.scale >= 3 && "[image-rendering:pixelated]",
  );
  return (
    <div
      ref={stage}
      role="group"
      aria-label={words.canvas}
      tabIndex={0}
      className={classNames(
        "relative min-h-0 flex-1 touch-none overflow-hidden bg-sunk outline-offset-[-2px] select-none",
        moves ? "cursor-grab" : "cursor-crosshair",
      )}
      {...handlers}
    >
      <img ref={picture} src={url} alt="" draggable={false} className={layer} style={place} />
      <canvas
        ref={overlay}
        width={size.width}
        height={size.height}
        className={layer}
        style={place}
      />
      <Outline drawn={painting.outline} view={view} />
      {pointer === undefined ? null : (
        <Brush
          pointer={pointer}
          view={view}
          hand={editing.hand}
          picture={picture}
          overlay={overlay}
        />
      )}
    </div>
  );
}

/** A pointer's place on the canvas. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly isTouch: boolean;
}

/** The canvas's answers to pointers, and the place of the one that is over it. */
function usePointers(painting: Painting) {
  const [pointer, setPointer] = useState<Place>();
  type Handled = ReactPointerEvent<HTMLDivElement>;
  return {
    pointer,
    handlers: {
      onPointerDown(event: Handled) {
        event.currentTarget.focus({ preventScroll: true });
        painting.down(event.nativeEvent, event.currentTarget);
      },
      onPointerMove(event: Handled) {
        painting.move(event.nativeEvent, event.currentTarget);
        const box = event.currentTarget.getBoundingClientRect();
        const isTouch = event.pointerType === "touch";
        setPointer({ x: event.clientX - box.left, y: event.clientY - box.top, isTouch });
      },
      onPointerUp(event: Handled) {
        painting.up(event.nativeEvent, event.currentTarget);
        if (event.pointerType === "touch") setPointer(undefined);
      },
      onPointerCancel: (event: Handled) => painting.up(event.nativeEvent, event.currentTarget),
      onPointerLeave: () => setPointer(undefined),
    },
  };
}

function useSize(stage: RefObject<HTMLElement | null>, onSize: (size: Size) => void): void {
  const told = useRef(onSize);
  told.current = onSize;
  useLayoutEffect(() => {
    const element = stage.current;
    if (element === null) return undefined;
    const tell = (): void =>
      told.current({ width: element.clientWidth, height: element.clientHeight });
    const watch = new ResizeObserver(tell);
    watch.observe(element);
    tell();
    return () => watch.disconnect();
  }, [stage]);
}

/** A wheel moves the picture; with Ctrl, as a pinch on a track pad says, it zooms. */
function useWheel(stage: RefObject<HTMLElement | null>, viewing: Viewing): void {
  const now = useRef(viewing);
  now.current = viewing;
  useEffect(() => {
    const element = stage.current;
    if (element === null) return undefined;
    const turn = (event: WheelEvent): void => {
      event.preventDefault();
      const { view, change } = now.current;
      const box = element.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey)
        change(
          zoomView(
            view,
            Math.exp(-event.deltaY / 200),
            event.clientX - box.left,
            event.clientY - box.top,
          ),
        );
      else change({ ...view, left: view.left - event.deltaX, top: view.top - event.deltaY });
    };
    // React listens passively, and the page would scroll or zoom as well.
    element.addEventListener("wheel", turn, { passive: false });
    return () => element.removeEventListener("wheel", turn);
  }, [stage]);
}

/** Draws the mask anew whenever it is another one; strokes draw themselves. */
function useOverlay(
  canvas: RefObject<HTMLCanvasElement | null>,
  { strength, history, hand: { overlay } }: Editing,
): void {
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context != null) drawOverlay(context, strength, overlay);
  }, [canvas, strength, history, overlay]);
}
