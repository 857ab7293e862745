import { useEffect, useRef, useState } from "react";

/** A field's text that stands in the address too. The address comes after the keys: a field that showed it would lose letters to who types fast. */
export function useTextInAddress(
  /** The text by the address. */
  written: string,
  /** Writes a text into the address, until when it promises; undefined: this text is not for there. */
  write: (text: string) => Promise<void> | undefined,
): readonly [text: string, change: (text: string) => void] {
  const [text, setText] = useState(written);
  const underWay = useRef(0);
  useEffect(() => {
    // While somebody types, an address of before takes no letter back.
    if (underWay.current === 0) setText(written);
  }, [written]);
  const change = (next: string): void => {
    setText(next);
    underWay.current += 1;
    const done = (): void => {
      underWay.current -= 1;
    };
    Promise.resolve(write(next)).then(done, done);
  };
  return [text, change];
}
