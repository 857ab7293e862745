import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";

/** The panel over the right half of the page, which leaves the list beside it as it is. On a phone it is the page. */
export function SidePanel({
  title,
  subtitle,
  actions,
  back = "/channels",
  children,
}: {
  readonly title: string;
  readonly subtitle?: ReactNode;
  /** Stands beside the way to close. */
  readonly actions?: ReactNode;
  /** The page of the list. */
  readonly back?: "/channels" | "/models";
  readonly children: ReactNode;
}): ReactNode {
  const words = useWords();
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  const close = (): void => void navigate({ to: back, resetScroll: false });
  useEffect(() => {
    heading.current?.focus();
    const opener = title;
    return () => {
      const row = document.querySelector<HTMLElement>(
        `[data-row="${CSS.escape(opener)}"] a, [data-channel="${CSS.escape(opener)}"] a`,
      );
      row?.focus();
    };
  }, [title]);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { key, target, defaultPrevented } = event;
      // Lists and questions that are open have the key to themselves.
      const isElsewhere =
        target instanceof Element && target.closest("[role*=dialog],[role=menu],[role=listbox]");
      if (key === "Escape" && !defaultPrevented && !isElsewhere) close();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
  return (
    <aside
      aria-label={title}
      className="fixed inset-y-0 right-0 z-10 flex w-full flex-col gap-5 overflow-y-auto border-l border-line bg-ground px-6 pt-8 pb-20 shadow-float transition-transform duration-[240ms] ease-hand phone:w-1/2 phone:min-w-[min(34rem,100%)] phone:pb-0 starting:translate-x-8"
    >
      <div className="flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h2
            ref={heading}
            tabIndex={-1}
            className="text-title leading-9 font-[650] break-words outline-none"
          >
            {title}
          </h2>
          {subtitle}
        </div>
        <span className="flex">
          {actions}
          <Button kind="quiet" isSquare aria-label={words.close} onPress={close}>
            <Icon name="close" />
          </Button>
        </span>
      </div>
      {children}
    </aside>
  );
}
