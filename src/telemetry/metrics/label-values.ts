import { otherLabel } from "./table.ts";

/** Values that one label takes at most; a house with more of them shows the rest together. */
const valuesMax = 250;
/** Pairs of channel and model. */
const pairsMax = 2_500;

/** The values of labels that the configuration brings, bounded whatever it brings. */
export class LabelValues {
  readonly #channels = new Set<string>();
  readonly #models = new Set<string>();
  readonly #pairs = new Set<string>();
  readonly #serves: (model: string) => boolean;

  /** `serves` says whether a name is in the catalogue: only those become label values. */
  constructor(serves: (model: string) => boolean) {
    this.#serves = serves;
  }

  channel(id: string): string {
    return within(this.#channels, id, valuesMax) ? id : otherLabel;
  }

  model(name: string): string {
    const isKnown = this.#models.has(name) || this.#serves(name);
    return isKnown && within(this.#models, name, valuesMax) ? name : otherLabel;
  }

  /** The labels of what is told by channel and model: both of them, or neither. */
  pair(channel: string, model: string): { readonly channel: string; readonly model: string } {
    const isKnown = within(this.#pairs, `${channel} ${model}`, pairsMax);
    return isKnown ? { channel, model } : { channel: otherLabel, model: otherLabel };
  }
}

function within(known: Set<string>, value: string, max: number): boolean {
  if (known.has(value)) return true;
  if (known.size >= max) return false;
  known.add(value);
  return true;
}
