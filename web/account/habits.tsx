import { useState } from "react";
import type { ReactNode } from "react";
import { lettersAreOn, turnLetters } from "../frame/letters.ts";
import { letUndoWait, undoWaits } from "../gallery/undo-time.ts";
import { useGalleryWords } from "../gallery/words.ts";
import { usePaletteWords } from "../palette/words.ts";
import { Check } from "../ui/check.tsx";

/** The person's habits in this browser: shortcuts of one letter, and the time to take a deletion back. */
export function Habits(): ReactNode {
  const { sheet } = usePaletteWords();
  const gallery = useGalleryWords();
  const [letters, setLetters] = useState(lettersAreOn);
  const [waits, setWaits] = useState(undoWaits);
  return (
    <section
      className="flex max-w-2xl flex-col gap-4 border-t border-line pt-6"
      aria-labelledby="habits"
    >
      <h2 id="habits" className="font-[650]">
        {sheet.habits}
      </h2>
      <Check
        label={sheet.letters}
        hint={sheet.lettersMean}
        isOn={letters}
        onChange={(on) => {
          turnLetters(on);
          setLetters(on);
        }}
      />
      <Check
        label={gallery.undoWaits}
        hint={gallery.undoWaitsMeans}
        isOn={waits}
        onChange={(on) => {
          letUndoWait(on);
          setWaits(on);
        }}
      />
    </section>
  );
}
