import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";

/** The least time between two sentences, in milliseconds. */
const pauseMs = 5000;

/** A polite live region: of sentences that follow one another quickly, screen readers hear the last. */
export function Said({ sentence }: { readonly sentence: string }): ReactNode {
  const [said, setSaid] = useState("");
  const saidAt = useRef(-Infinity);
  useEffect(() => {
    if (sentence === said) return undefined;
    const say = (): void => {
      saidAt.current = performance.now();
      setSaid(sentence);
    };
    const timer = setTimeout(say, Math.max(0, saidAt.current + pauseMs - performance.now()));
    return () => clearTimeout(timer);
  }, [sentence, said]);
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}
