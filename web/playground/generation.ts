import type { DraftFields } from "./draft.ts";

/** A request that was made in this browser's session, newest first in the strip. */
export interface Made {
  readonly id: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly fields: DraftFields;
  readonly withPictures: number;
  /** The comparison that it is of: what was asked of other models by the same press of the button. */
  readonly group?: string | undefined;
  /** The request whose missing pictures it makes. */
  readonly fills?: string | undefined;
  /** The gateway's refusal to begin it; `id` is then the page's own. */
  readonly refused?: Refusal | undefined;
}

/** An error of the gateway in its own words. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  /** The evidence of what an upstream may have taken for it: `unknown` may have been billed. */
  readonly evidence?: string | undefined;
}

export interface MadePicture {
  readonly index: number;
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly format: string;
  readonly seed?: string;
  readonly revised_prompt?: string;
}

interface Failover {
  readonly attempt: number;
  readonly channel?: string;
  readonly code: string;
  readonly evidence?: string;
}

/** The state of a generation, as far as its events have told. */
export interface GenerationState {
  readonly phase: "queued" | "making" | "done" | "failed" | "away";
  readonly attempt: number;
  readonly channel: string | undefined;
  readonly failovers: readonly Failover[];
  readonly previews: Readonly<Record<number, string>>;
  readonly pictures: readonly MadePicture[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  /** US dollars; null: unknown. */
  readonly usd: string | null | undefined;
  readonly error: Refusal | undefined;
}

/** The state before the first event. */
export const begun: GenerationState = {
  phase: "queued",
  attempt: 0,
  channel: undefined,
  failovers: [],
  previews: {},
  pictures: [],
  warnings: [],
  usd: undefined,
  error: undefined,
};

/** An event as a page hears it. */
export interface Told {
  readonly name: string;
  // The gateway and this page are of one build: an event's data has the fields of its name.
  readonly data: never;
}

/** The state after one more event. */
export function after(state: GenerationState, { name, data }: Told): GenerationState {
  switch (name) {
    case "accepted":
      // The first event: another node that goes on telling begins anew.
      return begun;
    case "chosen": {
      const { attempt, channel } = data as { attempt: number; channel?: string };
      return { ...state, phase: "making", attempt, channel };
    }
    case "failed_over":
      return { ...state, failovers: [...state.failovers, data] };
    case "partial": {
      const { index, url } = data as { index: number; url: string };
      return { ...state, previews: { ...state.previews, [index]: url } };
    }
    case "picture":
      return { ...state, pictures: [...state.pictures, data].toSorted(byIndex) };
    case "warning":
      return { ...state, warnings: [...state.warnings, data] };
    case "cost":
      return { ...state, usd: (data as { usd: string | null }).usd };
    case "done":
      return { ...state, phase: "done" };
    case "error":
      return { ...state, phase: "failed", error: data };
    case "record":
      return { ...state, ...(data as Partial<GenerationState>) };
    case "away":
      return state.phase === "done" || state.phase === "failed"
        ? state
        : { ...state, phase: "away" };
    default:
      return state;
  }
}

/** True where nothing more happens. */
export function isOver({ phase }: GenerationState): boolean {
  return phase === "done" || phase === "failed" || phase === "away";
}

function byIndex(a: MadePicture, b: MadePicture): number {
  return a.index - b.index;
}

/** The address at which a generation is followed and stopped. */
export const pathOf = (id: string): string => `/console/v1/images/generations/${id}`;

/** The id of a made picture in the gallery. */
export function galleryId({ id }: Made, { index }: MadePicture): string {
  return `${id}.${index}`;
}
