import { z } from "zod";
import type { SocketMessage } from "../../core/provider.ts";

/** News of one prompt in a message of the server's websocket. */
export type Told =
  /** Steps done of the node that runs, and how much one step is, of 1. */
  | { readonly progress: number; readonly step: number }
  | { readonly preview: Uint8Array }
  /** The end of the prompt, well or not: its history says which. */
  | "ended";

const messageSchema = z.object({
  type: z.string(),
  data: z.object({
    prompt_id: z.string().nullish(),
    node: z.string().nullish(),
    value: z.number().nullish(),
    max: z.number().nullish(),
  }),
});

/** Kinds of binary messages, by their first four bytes. */
const previewKind = 1;
const describedPreviewKind = 4;
const ending: ReadonlySet<string> = new Set([
  "execution_success",
  "execution_error",
  "execution_interrupted",
]);

/** The first message to the server: previews are then described, and tell whose they are. */
export const features = JSON.stringify({
  type: "feature_flags",
  data: { supports_preview_metadata: true },
});

/** The news that a message has of the prompt with this id; undefined: none. */
export function toldBy(message: SocketMessage, promptId: string): Told | undefined {
  if (typeof message !== "string") return previewIn(message, promptId);
  const read = messageSchema.safeParse(parsed(message));
  if (!read.success || read.data.data.prompt_id !== promptId) return undefined;
  const { type, data } = read.data;
  if (ending.has(type)) return "ended";
  // Older servers say nothing but this at the end.
  if (type === "executing") return typeof data.node === "string" ? undefined : "ended";
  const { value, max } = data;
  if (type !== "progress" || typeof value !== "number" || typeof max !== "number" || max <= 0) {
    return undefined;
  }
  return { progress: Math.min(1, Math.max(0, value / max)), step: 1 / max };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not one of ComfyUI's own messages.
    return undefined;
  }
}

const descriptionSchema = z.object({ prompt_id: z.string().nullish() });

/** A preview behind its head of big-endian numbers; without a description it is of the socket's only prompt. */
function previewIn(bytes: Uint8Array, promptId: string): Told | undefined {
  if (bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = view.getUint32(0);
  if (kind === previewKind) return { preview: bytes.subarray(8) };
  if (kind !== describedPreviewKind) return undefined;
  const end = 8 + view.getUint32(4);
  if (end > bytes.length) return undefined;
  const text = new TextDecoder().decode(bytes.subarray(8, end));
  const read = descriptionSchema.safeParse(parsed(text));
  const isOurs = read.success && (read.data.prompt_id ?? promptId) === promptId;
  return isOurs ? { preview: bytes.subarray(end) } : undefined;
}
