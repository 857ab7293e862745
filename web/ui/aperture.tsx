import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

/** The mark of the gateway: a dark disc with one small bright opening. It breathes while something is made. */
export function Aperture({
  size = 22,
  busy = false,
  label,
}: {
  readonly size?: number;
  readonly busy?: boolean;
  /** Said by screen readers; absent: it is decoration. */
  readonly label?: string;
}): ReactNode {
  return (
    <svg
      viewBox="0 0 32 32"
      width={size}
      height={size}
      className={classNames("shrink-0", busy && "animate-breathe")}
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
    >
      <circle cx="16" cy="16" r="16" className="fill-ink" />
      <circle cx="16" cy="16" r="5.5" className="fill-accent" />
    </svg>
  );
}
