import type { ReactNode } from "react";
import { Aperture } from "../ui/aperture.tsx";
import type { GenerationState, Made } from "./generation.ts";
import { isOver } from "./generation.ts";
import { useSeconds } from "./seconds.ts";
import { usualMs } from "./usual-times.ts";

/** The part up to which a ring closes by time: the picture alone closes it. */
const closedMax = 0.96;
const radius = 15;
const round = 2 * Math.PI * radius;

/** The aperture while a picture is made: its ring closes as the time goes by that the model usually takes. */
export function Ring({
  made,
  state,
  size,
}: {
  readonly made: Made;
  readonly state: GenerationState;
  readonly size: number;
}): ReactNode {
  const { model } = made.fields;
  const isRunning = !isOver(state);
  // Each attempt begins the ring again.
  const seconds = useSeconds(state.attempt, isRunning);
  const usual = usualMs(model);
  if (state.phase !== "making" || usual === undefined)
    return <Aperture size={size} busy={isRunning} />;
  const closed = Math.min(closedMax, (seconds * 1000) / usual);
  return (
    <span className="relative grid place-items-center">
      <Aperture size={size * 0.72} />
      <svg
        aria-hidden
        viewBox="0 0 32 32"
        width={size * 1.2}
        height={size * 1.2}
        className="absolute -rotate-90 fill-none"
      >
        <circle cx="16" cy="16" r={radius} className="stroke-line" strokeWidth="1.2" />
        <circle
          cx="16"
          cy="16"
          r={radius}
          className="stroke-accent transition-[stroke-dashoffset] duration-1000 ease-linear"
          strokeWidth="1.2"
          strokeDasharray={round}
          strokeDashoffset={round * (1 - closed)}
        />
      </svg>
    </span>
  );
}
