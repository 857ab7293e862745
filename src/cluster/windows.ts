import type { Claim, PartyLimits } from "./cluster.ts";
import { day, minute, type WindowSpan } from "./sliding-window.ts";

/** The limits that count over a window. */
export const windowNames = ["rpm", "ipm", "ipd"] as const;
export type WindowName = (typeof windowNames)[number];

export const spanOf: Readonly<Record<WindowName, WindowSpan>> = {
  rpm: minute,
  ipm: minute,
  ipd: day,
};

/** The amount that a request counts for in a window. */
export function amountOf(name: WindowName, images: number): number {
  return name === "rpm" ? 1 : images;
}

/** The window that is too small for a request however long it waits; undefined: it fits. */
export function neverFits({ limits, images }: Claim): WindowName | undefined {
  for (const name of windowNames) {
    const limit = limits[name];
    if (limit !== null && amountOf(name, images) > limit) return name;
  }
  return undefined;
}

/** True where at least one limit is set. */
export function isLimited({ rpm, ipm, ipd, concurrency }: PartyLimits): boolean {
  return rpm !== null || ipm !== null || ipd !== null || concurrency !== null;
}
