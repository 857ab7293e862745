import type { ReactNode } from "react";
import { type Drawn, areaBetween } from "./painting.ts";
import type { View } from "./view.ts";

/** The line of a rectangle or a lasso while it is drawn: light and dark, so that it is seen on any picture. */
export function Outline({
  drawn,
  view,
}: {
  readonly drawn: Drawn | undefined;
  readonly view: View;
}): ReactNode {
  if (drawn === undefined) return null;
  const path = pathOf(drawn, view);
  return (
    <svg aria-hidden className="pointer-events-none absolute inset-0 size-full fill-none">
      <path d={path} stroke="black" strokeWidth="1.5" />
      <path d={path} stroke="white" strokeWidth="1.5" strokeDasharray="5 5" />
    </svg>
  );
}

function pathOf({ kind, points }: Drawn, { scale, left, top }: View): string {
  if (kind === "rectangle") {
    const { x, y, width, height } = areaBetween(points);
    const [w, h] = [width * scale, height * scale];
    return `M${left + x * scale} ${top + y * scale}h${w}v${h}h${-w}z`;
  }
  const places: string[] = [];
  for (let at = 0; at < points.length; at += 2)
    places.push(`${left + (points[at] ?? 0) * scale} ${top + (points[at + 1] ?? 0) * scale}`);
  return `M${places.join("L")}z`;
}
