import { useEffect } from "react";

/** Keeps what has the focus in sight when a bar appears over the foot of its form, as it does with the first change. */
export function useAboveBar(isShown: boolean): void {
  useEffect(() => {
    if (isShown) document.activeElement?.scrollIntoView({ block: "nearest" });
  }, [isShown]);
}
