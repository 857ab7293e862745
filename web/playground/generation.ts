import { useEffect, useReducer } from "react";
import { ask, askFully } from "../api/ask.ts";
import { type DraftFields, type DraftPicture, bodyOf, formOf } from "./draft.ts";
import { type Model, takesMask } from "./models.ts";

/** A request that was made in this browser's session, newest first in the strip. */
export interface Made {
  readonly id: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly fields: DraftFields;
  readonly withPictures: number;
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
  /** The request that it is of; undefined: of none. */
  readonly id: string | undefined;
  readonly phase: "queued" | "making" | "done" | "failed" | "away";
  readonly attempt: number;
  readonly channel: string | undefined;
  readonly failovers: readonly Failover[];
  readonly previews: Readonly<Record<number, string>>;
  readonly pictures: readonly MadePicture[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  /** US dollars; null: unknown. */
  readonly usd: string | null | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

const begun: GenerationState = {
  id: undefined,
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

interface Told {
  readonly name: string;
  // The gateway and this page are of one build: an event's data has the fields of its name.
  readonly data: never;
}

function after(state: GenerationState, { name, data }: Told): GenerationState {
  switch (name) {
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
      return { ...state, ...(data as Pick<GenerationState, "phase" | "pictures" | "usd">) };
    case "away":
      return state.phase === "done" || state.phase === "failed"
        ? state
        : { ...state, phase: "away" };
    case "reset":
      return { ...begun, id: data };
    default:
      return state;
  }
}

function byIndex(a: MadePicture, b: MadePicture): number {
  return a.index - b.index;
}

const eventNames = [
  "accepted",
  "chosen",
  "failed_over",
  "partial",
  "picture",
  "warning",
  "cost",
  "done",
  "error",
];

const pathOf = (id: string): string => `/console/v1/images/generations/${id}`;

/** Follows a generation; a line that breaks is taken up again where it broke. */
export function useGeneration(id: string | undefined): GenerationState {
  const [state, tell] = useReducer(after, begun);
  useEffect(() => {
    tell({ name: "reset", data: id as never });
    if (id === undefined) return undefined;
    const source = new EventSource(`${pathOf(id)}/events`);
    for (const name of eventNames)
      source.addEventListener(name, (event) => {
        // A broken line is an event named `error` too, without data.
        if (!(event instanceof MessageEvent)) return;
        if (name === "done" || name === "error") source.close();
        tell({ name, data: JSON.parse(String(event.data)) as never });
      });
    const gone = new AbortController();
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return;
      recordOf(id, gone.signal).then(
        (record) => tell({ name: "record", data: record as never }),
        () => tell({ name: "away", data: undefined as never }),
      );
    });
    return () => {
      gone.abort();
      source.close();
    };
  }, [id]);
  // Until the effect has run, the state is another request's.
  return state.id === id ? state : begun;
}

/** The pause between two looks at a request that another gateway process makes. */
const lookAgainMs = 1000;

/** The outcome of a request that is not followed any more, from its record: the gateway was started again, or it was long ago. */
async function recordOf(
  id: string,
  signal: AbortSignal,
): Promise<Pick<GenerationState, "phase" | "pictures" | "usd">> {
  for (;;) {
    const { value, headers, status } = await askFully<RecordAnswer>(
      "GET",
      `/console/v1/images/requests/${id}`,
      { signal },
    );
    if (status === 202) {
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
      continue;
    }
    const [width = 0, height = 0] = (value.size ?? "").split("x").map(Number);
    const format = value.output_format ?? "png";
    const pictures = value.data.flatMap(({ url }, index) =>
      url === undefined ? [] : [{ index, url: pathOfUrl(url), width, height, format }],
    );
    return { phase: "done", pictures, usd: headers.get("x-pinhole-cost") };
  }
}

interface RecordAnswer {
  readonly data: readonly { readonly url?: string }[];
  readonly size?: string;
  readonly output_format?: string;
}

/** A hosted picture's address on this page's own origin, which its policy allows. */
function pathOfUrl(url: string): string {
  const { pathname, search } = new URL(url, location.href);
  return pathname + search;
}

/** The id of a made picture in the gallery. */
export function galleryId({ id }: Made, { index }: MadePicture): string {
  return `${id}.${index}`;
}

/** Asks for pictures; the answer is the request's id. `press` is the same for one press of the button, however often it is sent. */
export async function startGeneration(
  model: Model,
  fields: DraftFields,
  pictures: readonly DraftPicture[],
  press: string,
): Promise<Made> {
  const streams = model.capabilities?.streaming === true;
  const isEdit = pictures.length > 0;
  const path = `/console/v1/images/${isEdit ? "edits" : "generations"}`;
  const mask = takesMask(model) ? pictures[0]?.mask : undefined;
  const body = isEdit ? formOf(fields, streams, pictures, mask) : bodyOf(fields, streams);
  const sources = pictures.flatMap(({ source }) => (source === undefined ? [] : [source]));
  const query = sources.map((id) => `made_from=${encodeURIComponent(id)}`).join("&");
  const address = query === "" ? path : `${path}?${query}`;
  const { request_id } = await ask<{ readonly request_id: string }>("POST", address, {
    body,
    headers: { "idempotency-key": press },
  });
  return { id: request_id, at: Date.now(), fields, withPictures: pictures.length };
}

/** Waits no more: what an upstream is making is finished, nothing more is tried. */
export const stopGeneration = (id: string): Promise<unknown> => ask("DELETE", pathOf(id));
