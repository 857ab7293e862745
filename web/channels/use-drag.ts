import { type PointerEvent, useState } from "react";

/** A row that is being dragged, and the place that it would go to, counted without itself. */
export interface Drag {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

/** The dragging of rows by their handles, with a pointer of any kind. Rows bear `data-channel`. */
export function useDrag(ids: readonly string[], onMove: (id: string, to: number) => void) {
  const [drag, setDrag] = useState<Drag>();
  return {
    drag,
    handle: (id: string) => ({
      onPointerDown(event: PointerEvent<HTMLElement>) {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ id, from: ids.indexOf(id), to: ids.indexOf(id) });
      },
      onPointerMove(event: PointerEvent<HTMLElement>) {
        if (drag?.id === id) setDrag({ ...drag, to: placeAt(ids, id, event.clientY) });
      },
      onPointerUp() {
        if (drag?.id !== id) return;
        setDrag(undefined);
        if (drag.to !== drag.from) onMove(id, drag.to);
      },
      onPointerCancel: () => setDrag(undefined),
    }),
  };
}

/** The place among the others that a height on the screen means. */
function placeAt(ids: readonly string[], id: string, y: number): number {
  return ids
    .filter((one) => one !== id)
    .filter((one) => {
      const row = document.querySelector(`[data-channel="${CSS.escape(one)}"]`);
      const box = row?.getBoundingClientRect();
      return box !== undefined && box.top + box.height / 2 < y;
    }).length;
}
