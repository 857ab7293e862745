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
};

/** The shape that every other language must have. */
export type MakeWords = typeof makeEn;
