import { useCallback, useLayoutEffect, useRef } from "react";

/** A function that stays the same value and does what the latest one given does, so that parts which have it are not drawn again for it. For events, not for drawing. */
export function useSteady<A extends readonly unknown[]>(
  latest: (...args: A) => void,
): (...args: A) => void {
  const now = useRef(latest);
  useLayoutEffect(() => {
    now.current = latest;
  });
  return useCallback((...args: A) => now.current(...args), []);
}
