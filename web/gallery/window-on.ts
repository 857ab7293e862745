import { type RefObject, useLayoutEffect, useState } from "react";

/** Beyond the window by so much, pictures are there before they are seen. Pixels. */
export const ahead = 800;

/** The list's width, and the part of it that the window shows. Pixels. */
export interface WindowOn {
  readonly width: number;
  readonly from: number;
  readonly to: number;
}

/** Follows what of a list the window shows. */
export function useWindowOn(list: RefObject<HTMLElement | null>): WindowOn {
  const [seen, setSeen] = useState<WindowOn>({ width: 0, from: 0, to: 0 });
  useLayoutEffect(() => {
    const look = (): void => {
      const box = list.current?.getBoundingClientRect();
      if (box === undefined) return;
      const next = { width: Math.floor(box.width), from: -box.top, to: innerHeight - box.top };
      setSeen((before) =>
        // Each step of the wheel moves little: rows ahead of the window cover it.
        before.width === next.width && Math.abs(before.from - next.from) < ahead / 4
          ? before
          : next,
      );
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [list]);
  return seen;
}
