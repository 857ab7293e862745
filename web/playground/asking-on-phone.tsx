import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { Form } from "react-aria-components";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Sheet } from "../ui/sheet.tsx";
import type { AskingParts } from "./asking-parts.ts";
import { useOpening } from "./use-refused-options.ts";
import { useMakeWords } from "./words.ts";

/** The form of a phone: the prompt and the button that makes the picture in a sheet that is always there, all else in a second one. */
export function AskingOnPhone({
  parts,
  summary,
  isRefused,
  onSubmit,
}: {
  readonly parts: AskingParts;
  /** The model and what is chosen of it, in a few words. */
  readonly summary: string;
  /** True where something of the second sheet has only just been refused. */
  readonly isRefused: boolean;
  readonly onSubmit: () => void;
}): ReactNode {
  const more = useMakeWords();
  const [isOpen, setOpen] = useOpening(isRefused);
  const inset = useKeyboardInset();
  return (
    <>
      <Form
        className="z-5 order-2 -mx-4 flex flex-col gap-2 rounded-t-panel border-t border-line bg-raised px-4 py-3 [@media(min-height:20rem)]:fixed [@media(min-height:20rem)]:inset-x-0 [@media(min-height:20rem)]:bottom-[calc(3.5rem+env(safe-area-inset-bottom))] [@media(min-height:20rem)]:mx-0 [@media(min-height:20rem)]:max-h-[60dvh] [@media(min-height:20rem)]:overflow-y-auto [@media(min-height:20rem)]:shadow-float"
        {...(inset === 0 ? {} : { style: { bottom: inset } })}
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {parts.notes}
        {parts.prompt}
        {parts.brought}
        <div className="flex items-start gap-2">
          <div className="flex min-w-0 flex-1 flex-col">
            <Button
              aria-haspopup="dialog"
              aria-label={`${more.controls}: ${summary}`}
              onPress={() => setOpen(true)}
            >
              <Icon name="settings" size={16} />
              <span className="truncate" title={summary}>
                {summary}
              </span>
            </Button>
          </div>
          {parts.make}
        </div>
      </Form>
      {/* Room for the sheet: what it lies over can be scrolled out from under it. */}
      <div aria-hidden className="order-3 hidden h-44 [@media(min-height:20rem)]:block" />
      <Sheet title={more.controls} isOpen={isOpen} onClose={() => setOpen(false)}>
        {parts.bringing}
        {parts.models}
        {parts.controls}
      </Sheet>
    </>
  );
}

/** Pixels of the page that a keyboard covers, where the browser does not make the page smaller for it. */
function useKeyboardInset(): number {
  const [inset, setInset] = useState(0);
  useEffect(() => {
    const seen = globalThis.visualViewport;
    if (seen === null) return undefined;
    const measure = (): void => {
      const covered = innerHeight - seen.height - seen.offsetTop;
      // Enlarged by two fingers, less is seen too, and no keyboard is there.
      setInset(seen.scale === 1 && covered > 80 ? Math.round(covered) : 0);
    };
    seen.addEventListener("resize", measure);
    seen.addEventListener("scroll", measure);
    return () => {
      seen.removeEventListener("resize", measure);
      seen.removeEventListener("scroll", measure);
    };
  }, []);
  return inset;
}
