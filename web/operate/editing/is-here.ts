import { useEffect, useRef } from "react";

/** True while what asks is in the page: whoever has gone on to something else by the time of an answer is left there. */
export function useIsHere(): { readonly current: boolean } {
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  return isHere;
}
