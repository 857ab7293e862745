import type { DraftFields } from "./draft.ts";
import { sumUsd } from "./price.ts";

/** A request that was made in this browser's session, newest first in the strip. */
export interface Made {
  readonly id: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly fields: DraftFields;
  readonly withPictures: number;
  /** The part of the first picture that its mask selected; absent: it had none. */
  readonly maskShare?: number | undefined;
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
  /** The field that it is about, with dots: `provider_options.xai.service_tier`. */
  readonly param?: string | undefined;
  /** True where it is not known whether an upstream has billed something for it. */
  readonly mayBeBilled?: boolean;
}

export interface MadePicture {
  readonly index: number;
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly format: string;
  readonly seed?: string;
  readonly revised_prompt?: string;
  /** The id in the gallery of one that fills another request up, whose place it has here. */
  readonly galleryId?: string;
}

interface Failover {
  readonly attempt: number;
  readonly channel?: string;
  readonly code: string;
  /** The word of the gateway on the upstream's bill for it. */
  readonly billed?: "no" | "unknown";
}

/** The state of a generation, as far as its events have told. */
export interface GenerationState {
  readonly phase: "queued" | "making" | "done" | "failed" | "away";
  /** The place in a channel's line, from 1, while it is queued there; undefined: none was told. */
  readonly place: number | undefined;
  readonly attempt: number;
  readonly channel: string | undefined;
  /** True once the upstream has told of work that it can be asked to take back. */
  readonly isCancellable: boolean;
  /** True once it was stopped, be it before a reload of the page. */
  readonly isStopped: boolean;
  readonly failovers: readonly Failover[];
  readonly previews: Readonly<Record<number, string>>;
  /** Previews that have come of the picture that is furthest. */
  readonly previewsSeen: number;
  readonly pictures: readonly MadePicture[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  /** US dollars; null: unknown. */
  readonly usd: string | null | undefined;
  /** Milliseconds that the upstream took; undefined: not done, or told from the record. */
  readonly tookMs: number | undefined;
  readonly error: Refusal | undefined;
}

/** The state before the first event. */
export const begun: GenerationState = {
  phase: "queued",
  place: undefined,
  attempt: 0,
  channel: undefined,
  isCancellable: false,
  isStopped: false,
  failovers: [],
  previews: {},
  previewsSeen: 0,
  pictures: [],
  warnings: [],
  usd: undefined,
  tookMs: undefined,
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
    case "queued":
      // After a failover too: nothing is made then until the next channel has room.
      return {
        ...state,
        phase: "queued",
        place: (data as { place: number }).place,
        isCancellable: false,
      };
    case "chosen": {
      const { attempt, channel } = data as { attempt: number; channel?: string };
      return { ...state, phase: "making", attempt, channel, isCancellable: false, previewsSeen: 0 };
    }
    case "cancellable":
      return { ...state, isCancellable: true };
    case "stopped":
      return { ...state, isStopped: true };
    case "failed_over":
      return { ...state, failovers: [...state.failovers, data] };
    case "partial": {
      const { index, partial, url } = data as { index: number; partial?: number; url: string };
      const previewsSeen = Math.max(state.previewsSeen, (partial ?? 0) + 1);
      return { ...state, previewsSeen, previews: { ...state.previews, [index]: url } };
    }
    case "picture":
      return { ...state, pictures: [...state.pictures, data].toSorted(byIndex) };
    case "warning":
      return { ...state, warnings: [...state.warnings, data] };
    case "cost":
      return { ...state, usd: (data as { usd: string | null }).usd };
    case "done": {
      const { upstream_ms: tookMs } = data as { upstream_ms?: number };
      return { ...state, phase: "done", tookMs };
    }
    case "error": {
      const { code, message, param, billed } = data as Refusal & { billed?: "unknown" };
      const mayBeBilled = billed === "unknown";
      return { ...state, phase: "failed", error: { code, message, param, mayBeBilled } };
    }
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

/** True where a further try may buy what was bought already. */
export function mayBeBilled({ failovers, error }: GenerationState): boolean {
  return error?.mayBeBilled === true || failovers.some(({ billed }) => billed === "unknown");
}

/** Pictures that were asked for and did not come. */
export function missingOf({ fields }: Made, { phase, pictures }: GenerationState): number {
  if (phase !== "done") return 0;
  return fields.n - pictures.filter(({ index }) => index < fields.n).length;
}

/** One that makes what another has left out, and how far it is. */
export interface Filler {
  readonly made: Made;
  readonly state: GenerationState;
}

/** A request's state with the pictures of those that fill it up, each in a place that was left free, and what they cost. */
export function filledUp(
  made: Made,
  state: GenerationState,
  fillers: readonly Filler[],
): GenerationState {
  const { n } = made.fields;
  let { pictures, warnings, usd } = state;
  for (const filler of fillers) {
    const taken = new Set(pictures.map(({ index }) => index));
    const free = Array.from({ length: n }, (_, at) => at).filter((at) => !taken.has(at));
    const own = filler.made.fields.n;
    const placed = filler.state.pictures.flatMap((picture) => {
      const place = free[picture.index % own];
      if (place === undefined) return [];
      const index = picture.index < own ? place : n + place;
      return [{ ...picture, index, galleryId: galleryId(filler.made, picture) }];
    });
    pictures = [...pictures, ...placed].toSorted(byIndex);
    warnings = [...warnings, ...filler.state.warnings];
    if (filler.state.phase === "done") usd = sumOfBoth(usd, filler.state.usd);
  }
  return { ...state, pictures, warnings, usd };
}

/** The sum of two costs; null where one of them is unknown. */
function sumOfBoth(a: GenerationState["usd"], b: GenerationState["usd"]): string | null {
  return typeof a === "string" && typeof b === "string" ? sumUsd([a, b]) : null;
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
export function galleryId({ id }: Made, { index, galleryId: own }: MadePicture): string {
  return own ?? `${id}.${index}`;
}
