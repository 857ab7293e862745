import { useRef } from "react";
import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components";
import { Aperture } from "./aperture.tsx";
import { classNames } from "./class-names.ts";

/** `main`: the one of a page; `plain`: all others; `quiet`: within rows and bars; `danger`: takes something away. */
export type ButtonKind = "main" | "plain" | "quiet" | "danger";

const base =
  "inline-flex items-center justify-center gap-2 rounded-control font-medium whitespace-nowrap " +
  "min-h-9 pointer-coarse:min-h-11 transition-colors duration-[120ms] ease-hand select-none " +
  "disabled:opacity-50 aria-disabled:opacity-50";

const kinds: Readonly<Record<ButtonKind, string>> = {
  main: "bg-accent text-on-accent hover:bg-[color-mix(in_srgb,var(--color-accent)_88%,var(--color-ink))]",
  plain: "border border-edge bg-raised text-ink hover:bg-sunk",
  quiet: "text-soft hover:bg-sunk hover:text-ink",
  danger:
    "border border-bad text-bad hover:bg-[color-mix(in_srgb,var(--color-bad)_10%,transparent)]",
};

/** The looks of a button, for links that stand where buttons do. */
export function buttonLooks(kind: ButtonKind = "plain", isSquare = false): string {
  return classNames(base, kinds[kind], isSquare ? "aspect-square" : "px-3.5");
}

export interface ButtonProps extends Omit<AriaButtonProps, "className" | "children"> {
  readonly kind?: ButtonKind;
  /** For an icon alone; give `aria-label`. */
  readonly isSquare?: boolean;
  /** True: a double click counts once, since each press makes or buys something. Buttons that submit are so by themselves. */
  readonly isOnce?: boolean;
  readonly children: ReactNode;
}

/** A button; while `isPending` it shows that it works and cannot be pressed again. */
export function Button({
  kind = "plain",
  isSquare,
  isOnce = false,
  children,
  onPress,
  ...rest
}: ButtonProps): ReactNode {
  const isRepeated = useRef(false);
  const counts = isOnce || rest.type === "submit";
  return (
    <AriaButton
      {...rest}
      className={buttonLooks(kind, isSquare)}
      onClickCapture={(event) => {
        isRepeated.current = counts && event.detail > 1;
        if (isRepeated.current) event.preventDefault();
      }}
      onPress={(event) => {
        const isSecond = isRepeated.current;
        isRepeated.current = false;
        if (!isSecond) onPress?.(event);
      }}
    >
      {rest.isPending === true ? <Aperture size={14} busy /> : null}
      {children}
    </AriaButton>
  );
}
