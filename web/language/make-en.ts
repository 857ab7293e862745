/** A part in per cent, to a tenth; the smallest and the largest do not look like nothing and all. */
function percent(share: number): string {
  const tenths = (share * 100).toFixed(1);
  if (share > 0 && tenths === "0.0") return "under 0.1 %";
  return share < 1 && tenths === "100.0" ? "over 99.9 %" : `${tenths} %`;
}

/** A time of waiting, in whole seconds; `isMost`: it would be longer, and is ended then. */
export interface RoughWait {
  readonly seconds: number;
  readonly isMost: boolean;
}

const ordinals = "second third fourth fifth sixth seventh eighth ninth tenth".split(" ");
const ordinalRules = new Intl.PluralRules("en", { type: "ordinal" });
const endings: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd" };

/** The place in a line in words: next, second, up to tenth, then 11th. */
function placeWords(place: number): string {
  if (place === 1) return "next";
  return ordinals[place - 2] ?? `${place}${endings[ordinalRules.select(place)] ?? "th"}`;
}

interface Rule {
  readonly multiple?: number;
  readonly edge_min?: number;
  readonly edge_max?: number;
  readonly pixels_min?: number;
  readonly pixels_max?: number;
  readonly aspect_max?: number;
}

const count = (value: number): string => value.toLocaleString("en");

/** The parts of a rule in words; those that bound nothing anybody would ask for are left out. */
const ruleParts = {
  multiple: ({ multiple = 1 }: Rule) =>
    multiple === 1 ? [] : [`width and height divisible by ${multiple}`],
  edge: ({ edge_min: least = 1, edge_max: most }: Rule) =>
    most === undefined ? [] : [`sides of ${count(least)} to ${count(most)} pixels`],
  pixels: ({ pixels_min: least = 1, pixels_max: most }: Rule) =>
    most === undefined
      ? []
      : [
          least > 1
            ? `${count(least)} to ${count(most)} pixels in all`
            : `at most ${count(most)} pixels in all`,
        ],
  aspect: ({ aspect_max: most = 1000 }: Rule) =>
    most >= 1000 ? [] : [`at most ${most} times as long as broad`],
};

function sentence(parts: readonly string[]): string {
  const text = parts.join(", ");
  return text === "" ? "" : `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

function boundsInWords(bounds: Bounds): string {
  const { minimum, maximum, exclusiveMinimum: over, exclusiveMaximum: under } = bounds;
  const parts = [
    minimum === undefined ? [] : [`of ${minimum} or more`],
    over === undefined ? [] : [`above ${over}`],
    maximum === undefined ? [] : [`of ${maximum} or less`],
    under === undefined ? [] : [`below ${under}`],
  ];
  return minimum !== undefined && maximum !== undefined
    ? `from ${minimum} to ${maximum}`
    : parts.flat().join(" and ");
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
  overBudget: (by: string) => `over your budget by ${by}`,
  tryExample: "Try a fox in the snow",
  notServed: (names: string, present: string) =>
    `${names}: no model of this name is for you, or nothing serves it. ${present} stays chosen.`,
  picturesGone: (count: number) =>
    count === 1
      ? "A picture that the address names is here no longer."
      : `${count} pictures that the address names are here no longer.`,
  changedOutside: (share: number) =>
    `Changed outside of the mask: ${percent(share)} as the model made it, ${percent(0)} with the rest kept.`,
  picturesOf: (now: number, max: number) => (now === 0 ? `up to ${max}` : `${now} of ${max}`),
  fromAddress: "From an address",
  address: "Address of a picture",
  addressExample: "https://example.com/fox.jpg",
  takeIt: "Take it",
  notTaken: {
    empty: (name: string) => `${name} is empty.`,
    type: (name: string) => `${name} is no PNG, JPEG or WebP. Save it as one of these first.`,
    large: (name: string) => `${name} has more than 50 MB. Make it smaller first.`,
    unreadable: (name: string) => `${name} cannot be read as a picture; it may be damaged.`,
    room: (name: string, max: number) =>
      max === 0
        ? `${name} was not taken: this model takes no pictures.`
        : `${name} was not taken: this model takes ${max === 1 ? "one picture" : `${max} pictures`}.`,
  },
  preview: (at: number, of: number) => `preview ${at} of ${of}`,
  placeInLine: (place: number) => `${placeWords(place)} in line`,
  inLine: (place: number, wait: RoughWait | undefined) => {
    const line = `Waiting: ${placeWords(place)} in line`;
    if (wait === undefined) return line;
    return wait.isMost
      ? `${line}, for ${wait.seconds} s at most`
      : `${line}, about ${wait.seconds} s`;
  },
  notCome: "This one did not come",
  failedOver: (channel: string | undefined, isBusy: boolean, isDoubtful: boolean) =>
    `${channel ?? "The first choice"} ${isBusy ? "was busy" : "failed"}; ${isDoubtful ? "it may have been billed" : "nothing was billed"}.`,
  spoken: {
    waiting: "The request waits.",
    inLine: (line: string) => `${line}.`,
    making: (channel: string | undefined, attempt: number) =>
      `${channel ?? "The model"} makes the picture${attempt > 1 ? `, attempt ${attempt}` : ""}.`,
    preview: (at: number) => `Preview ${at} is there.`,
    done: (pictures: number, cost: string) =>
      `${pictures === 1 ? "The picture is" : `${pictures} pictures are`} there: ${cost}.`,
  },
  editPart: "Edit a part",
  furtherWays: "Further ways to go on",
  useAll: "Use its prompt and settings",
  itsRequest: "Look at its request",
  copyAs: (language: string) => `Copy as ${language}`,
  controls: "Model and settings",
  modelsCompared: (count: number) => `${count} models`,
  shape: "Shape",
  moreOfModel: "More of this model",
  chosen: (fields: number) => `${fields} chosen`,
  compression: "Quality of the file",
  negativePrompt: "What to avoid",
  noJpeg: "JPEG has no transparency, which the background asks for.",
  noTransparency: "A transparent background needs PNG or WebP.",
  sizeRule: (rule: Rule) =>
    sentence(
      [ruleParts.multiple, ruleParts.edge, ruleParts.pixels, ruleParts.aspect].flatMap((part) =>
        part(rule),
      ),
    ),
  sizeFaults: {
    empty: () => "Write a width and a height.",
    multiple: (rule: Rule) => `This model wants ${ruleParts.multiple(rule).join()}.`,
    edge: (rule: Rule) => `This model wants ${ruleParts.edge(rule).join()}.`,
    pixels: (rule: Rule) => `This model wants ${ruleParts.pixels(rule).join()}.`,
    aspect: (rule: Rule) => `This model wants pictures ${ruleParts.aspect(rule).join()}.`,
  },
  fields: {
    aspect_ratio: "shape",
    output_compression: "quality of the file",
    negative_prompt: "what to avoid",
    input_fidelity: "likeness to the picture",
    moderation: "moderation",
    complexity: "planning",
    provider_options: "option",
  },
  labels: {
    input_fidelity: "Likeness to the picture",
    moderation: "Moderation",
    complexity: "Planning",
  },
  optionsOf: (provider: string) => `Options of ${provider}`,
  optionsWhere: (provider: string) => `They count only where ${provider} serves the model.`,
  asProviderDoes: (usual: string | undefined) =>
    usual === undefined ? "As the provider does" : `As the provider does (${usual})`,
  optionFaults: {
    number: () => "Write a number.",
    whole: () => "Write a whole number.",
    bounds: (bounds: Bounds) => `Write a number ${boundsInWords(bounds)}.`,
    json: () => "This is no JSON.",
  },
  optionImpossible: (typed: string) => `The provider's option cannot be "${typed.slice(0, 40)}".`,
  noPriceOf: (option: string | undefined) =>
    `No price can be told: ${option === undefined ? "an option" : `the option "${option}"`} would be refused.`,
  needsPicture: (model: string) => `${model} changes pictures: add one first.`,
  promptTooLong: (model: string, most: number, now: number) =>
    `${model} takes ${count(most)} characters; the prompt has ${count(now)}.`,
  sizeImpossible: (model: string) => `${model} cannot make this size.`,
  asMade: "As the model made it",
  restKept: "With the rest kept",
  asKey: "as key:",
  consoleKey: "the console's",
  keyGone:
    "The key that you had chosen is not there any more, or works no more. From now on pictures are made with the console's key.",
  keyGoneRead: "All right",
  keyBringsNone: (key: string, count: number) =>
    count === 0
      ? `The key ${key} may not change pictures, so none are taken in.`
      : `The key ${key} may not change pictures: ${count === 1 ? "this one stays" : "these stay"} behind, for another key.`,
  keyNeedsPicture: (key: string) => `The key ${key} may only change pictures: add one first.`,
  keyMakesNone: (key: string) => `The key ${key} may make no pictures here.`,
  notTakenByKey: (name: string, key: string) =>
    `${name} was not taken: the key ${key} may not change pictures.`,
};

/** The shape that every other language must have. */
export type MakeWords = typeof makeEn;
