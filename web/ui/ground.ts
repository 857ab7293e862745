import type { SyntheticEvent } from "react";

/** The style of a picture's place in its average colour, while the picture is on its way or in its stead; nothing where the colour is not known. */
export function groundOf(colour: string | null | undefined): { backgroundColor?: string } {
  // Nothing but a colour ever gets into a style.
  return /^#[\da-f]{6}$/.test(colour ?? "") ? { backgroundColor: colour ?? "" } : {};
}

/** Takes the colour away once the picture is there: behind one with transparent parts nothing would be seen on its own average. */
export function clearGround({ currentTarget }: SyntheticEvent<HTMLImageElement>): void {
  currentTarget.style.backgroundColor = "";
}
