import { useEffect, useRef } from "react";
import type { ReactNode, RefObject } from "react";
import type { Hand } from "./editing.ts";
import { type View, placeAt } from "./view.ts";

/** The diameter of the glass in which a finger's place is seen. */
const glass = 112;

interface BrushProps {
  /** Pixels of the canvas on the screen. */
  readonly pointer: { readonly x: number; readonly y: number; readonly isTouch: boolean };
  readonly view: View;
  readonly hand: Hand;
  readonly picture: RefObject<HTMLImageElement | null>;
  readonly overlay: RefObject<HTMLCanvasElement | null>;
}

/** The brush's edge under the pointer, and for a finger, which hides it, a glass above that shows its place. */
export function Brush({ pointer, view, hand, picture, overlay }: BrushProps): ReactNode {
  const isRound = hand.tool === "brush" || hand.tool === "eraser";
  const across = Math.max(4, hand.breadth * view.scale);
  return (
    <>
      {isRound ? (
        <span
          aria-hidden
          className="pointer-events-none absolute top-0 left-0 rounded-full border border-white outline outline-black"
          style={{
            width: across,
            height: across,
            transform: `translate(${pointer.x - across / 2}px, ${pointer.y - across / 2}px)`,
          }}
        />
      ) : null}
      {pointer.isTouch ? (
        <Glass pointer={pointer} view={view} hand={hand} picture={picture} overlay={overlay} />
      ) : null}
    </>
  );
}

function Glass({ pointer, view, picture, overlay }: BrushProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context == null || picture.current === null || overlay.current === null) return;
    const corner = placeAt(view, pointer.x - glass / 2, pointer.y - glass / 2);
    const edge = glass / view.scale;
    context.clearRect(0, 0, glass, glass);
    for (const layer of [picture.current, overlay.current])
      context.drawImage(layer, corner.x, corner.y, edge, edge, 0, 0, glass, glass);
    context.strokeStyle = "white";
    context.strokeRect(glass / 2 - 0.5, glass / 2 - 6, 1, 12);
    context.strokeRect(glass / 2 - 6, glass / 2 - 0.5, 12, 1);
  }, [pointer, view, picture, overlay]);
  const above = pointer.y > glass + 40 ? pointer.y - glass - 40 : pointer.y + 60;
  return (
    <canvas
      ref={canvas}
      aria-hidden
      width={glass}
      height={glass}
      className="pointer-events-none absolute top-0 left-0 rounded-full border-2 border-raised bg-sunk shadow-float"
      style={{ transform: `translate(${pointer.x - glass / 2}px, ${above}px)` }}
    />
  );
}
