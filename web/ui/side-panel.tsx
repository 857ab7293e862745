import { type ReactNode, useEffect, useRef, useState } from "react";
import { useWords } from "../language/language.tsx";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

interface SidePanelProps {
  readonly title: string;
  readonly subtitle?: ReactNode;
  /** Stands beside the way to close. */
  readonly actions?: ReactNode;
  readonly onClose: () => void;
  /** True: it has what is shown this once, and what it has in it closes it. */
  readonly isHeld?: boolean;
  readonly children: ReactNode;
}

/** The panel over the right half of the page, which leaves the list beside it as it is. On a phone it is the page. */
export function SidePanel({
  title,
  subtitle,
  actions,
  onClose,
  isHeld = false,
  children,
}: SidePanelProps): ReactNode {
  const words = useWords();
  const place = useRef<HTMLElement>(null);
  useFocusWithin(place, title);
  useEscape(isHeld ? undefined : onClose);
  return (
    <aside
      ref={place}
      aria-label={title}
      className="fixed top-0 right-0 bottom-14 z-10 flex w-full flex-col gap-5 scroll-pb-20 overflow-y-auto bg-ground px-6 pt-8 pb-6 shadow-float transition-transform duration-[240ms] ease-hand phone:w-1/2 phone:min-w-[min(34rem,100%)] phone:bottom-0 phone:border-l phone:border-line starting:translate-x-8"
    >
      <div className="flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h2 tabIndex={-1} className="text-title leading-9 font-[650] break-words outline-none">
            {title}
          </h2>
          {subtitle}
        </div>
        <span className="flex">
          {actions}
          {isHeld ? null : (
            <Button kind="quiet" isSquare aria-label={words.close} onPress={onClose}>
              <Icon name="close" />
            </Button>
          )}
        </span>
      </div>
      {children}
    </aside>
  );
}

/** Puts the focus into a panel that opens, and back to its row in the list, or to what opened it, when it closes. */
function useFocusWithin(place: { readonly current: HTMLElement | null }, title: string): void {
  const [before] = useState(() => document.activeElement);
  useEffect(() => {
    const panel = place.current;
    // A field of a new thing may have it already.
    if (panel?.contains(document.activeElement) !== true) panel?.querySelector("h2")?.focus();
    return () => {
      const opener =
        rowOf(title) ?? (before instanceof HTMLElement && before.isConnected ? before : null);
      opener?.focus();
    };
  }, [place, title, before]);
}

function rowOf(name: string): HTMLElement | null {
  const text = CSS.escape(name);
  return document.querySelector(`[data-row="${text}"] a, [data-channel="${text}"] a`);
}

/** Closes by Escape, which lists and questions that are open have to themselves. */
function useEscape(onClose: (() => void) | undefined): void {
  useEffect(() => {
    const press = ({ key, target, defaultPrevented }: KeyboardEvent): void => {
      const isElsewhere =
        target instanceof Element && target.closest("[role*=dialog],[role=menu],[role=listbox]");
      if (key === "Escape" && !defaultPrevented && !isElsewhere) onClose?.();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
}
