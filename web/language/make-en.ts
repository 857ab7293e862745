/** A part in per cent, to a tenth; the smallest and the largest do not look like nothing and all. */
function percent(share: number): string {
  const tenths = (share * 100).toFixed(1);
  if (share > 0 && tenths === "0.0") return "under 0.1 %";
  return share < 1 && tenths === "100.0" ? "over 99.9 %" : `${tenths} %`;
}

/** The words of comparing, stopping and trying again in English. They come with the playground, not with the shell. */
export const makeEn = {
  models: "Models",
  modelsOf: (count: number) => `${count} of 4`,
  compareWith: "Compare with another model",
  settingsOf: (model: string) => `Settings of ${model}`,
  takeOut: (model: string) => `Take ${model} out`,
  forAll: "For all of them",
  own: (what: readonly string[]) => `Its own: ${what.join(", ")}`,
  leaves: (what: readonly string[]) => `Leaves behind: ${what.join(", ")}`,
  cannotStart: "Not begun",
  comparison: (models: readonly string[]) => models.join(" beside "),
  progress: (over: number, of: number) => (over < of ? `${over} of ${of} are done` : "All done"),
  altogether: (cost: string) => `${cost} altogether`,
  altogetherAtLeast: (cost: string) => `${cost} altogether, and what is unknown`,
  stopFree: "free",
  stopMayCost: "may still be billed",
  stopUpstream: "cancels it upstream",
  stoppedFree: "Stopped. Nothing has been asked for yet, so nothing is paid.",
  stoppedLate:
    "Stopped: nothing more is tried. What is being made is finished, comes here, and may be billed.",
  stoppedUpstream: "Stopped: the upstream is asked to take it back.",
  cancelled: "Stopped, and cancelled upstream",
  stopped: "Stopped before anything was asked for",
  mayBeBilled: "It may have been billed.",
  notBilled: "Nothing was billed.",
  chargedAgain: (price: string | undefined) =>
    price === undefined ? "may be charged again" : `may be charged again, ${price}`,
  doneInPart: (came: number, of: number, cost: string) => `${came} of ${of} came, ${cost}`,
  makeMissing: (count: number) =>
    count === 1 ? "Make the missing one" : `Make the missing ${count}`,
  sameSeed: "Same seed again",
  compareRest: "Compare with what was made",
  compareLess: "Hide the comparison",
  changedOutside: (share: number) =>
    `Changed outside of the mask: ${percent(share)} as the model made it, ${percent(0)} with the rest kept.`,
  asMade: "As the model made it",
  restKept: "With the rest kept",
};

/** The shape that every other language must have. */
export type MakeWords = typeof makeEn;
