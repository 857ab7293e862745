import { useState } from "react";
import type { Size } from "./selection.ts";
import { type View, fitView, zoomView } from "./view.ts";

/** The view of the picture; it fits until it is moved. */
export interface Viewing {
  readonly view: View;
  /** Undefined: the whole picture, whatever the canvas's size. */
  change(view: View | undefined): void;
  /** Zooms to so many pixels on the screen for each of the picture, around the canvas's middle. */
  zoomTo(scale: number): void;
  resize(canvas: Size): void;
}

/** Begins with the whole picture. */
export function useViewing(picture: Size): Viewing {
  const [canvas, setCanvas] = useState<Size>({ width: 0, height: 0 });
  const [moved, setMoved] = useState<View>();
  const view = moved ?? fitView(canvas, picture);
  return {
    view,
    change: setMoved,
    zoomTo: (scale) =>
      setMoved(zoomView(view, scale / view.scale, canvas.width / 2, canvas.height / 2)),
    resize: (next) =>
      setCanvas((before) =>
        before.width === next.width && before.height === next.height ? before : next,
      ),
  };
}
