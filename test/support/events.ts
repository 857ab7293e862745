/** One server-sent event as a client sees it. */
export interface SeenEvent {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** The events of a whole stream, read by the rules that browsers go by for the streams this gateway writes. */
export function parseEvents(stream: string): SeenEvent[] {
  return stream
    .split("\n\n")
    .filter((frame) => frame.trim() !== "" && !frame.startsWith(":"))
    .map((frame) => {
      const [first = "", second = "", ...rest] = frame.split("\n");
      if (!first.startsWith("event: ") || !second.startsWith("data: ") || rest.length > 0)
        throw new Error(`no event of this gateway: ${frame.slice(0, 200)}`);
      return {
        event: first.slice("event: ".length),
        // The gateway sends objects only; what is in them is compared by the tests.
        data: JSON.parse(second.slice("data: ".length)) as Record<string, unknown>,
      };
    });
}

/** The picture of an event. */
export function pictureOf({ data }: SeenEvent): Buffer {
  return Buffer.from(String(data.b64_json), "base64");
}
