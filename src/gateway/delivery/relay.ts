import { outputFormats, type PictureFacts } from "../../core/picture.ts";
import { type ImageRequest, sizeText, type Warning } from "../../core/request.ts";
import type { Relay } from "../attempts/terms.ts";
import { rulingCard, servedName } from "../catalog/serving.ts";
import { answerQuality } from "./answer.ts";
import { wantedChange } from "./change.ts";
import { differencesOf } from "./differences.ts";
import { deliveryOf } from "../fit/form.ts";
import type { LiveOrigin } from "./live.ts";
import type { DeliveryParts } from "./parts.ts";
import { priceAt } from "../fit/priced-call.ts";
import { backgroundOf } from "./take.ts";
import type { Plan } from "../fit/terms.ts";

/** The facts that are known when an upstream's body begins to flow to the client. */
export interface RelayStart extends LiveOrigin {
  readonly attempts: number;
  /** Time spent waiting for the upstream until now. */
  readonly upstreamMs: number;
  /** The seed that the upstream was given, in decimal digits. */
  readonly seed: string | undefined;
  /** Bytes of the whole body; undefined where the upstream did not say. */
  readonly byteLength: number | undefined;
  /** True where it costs something: its end goes when the request is settled. */
  readonly isPaid: boolean;
}

/** A client's connection that can take an upstream's body as it arrives. Functions do not throw. */
export interface RelayClient {
  begin(start: RelayStart): void;
  write(chunk: Buffer): void;
  /** True where more should wait: `resume` is then called once, also when the client goes away. */
  congested(resume: () => void): boolean;
}

/** A picture as bare base64 where clients look for it; some servers write a data URL there. */
const barePicture = /"b64_json"\s*:\s*"(?!data:)[A-Za-z0-9+/\\]/;

/** Bytes in which nearly every answer has its picture: a text of all that has come would be a hundred times as long. */
const startBytes = 1024;

/**
 * Relays answers that are what the client is owed, as they are: one image, base64 alone, in the full
 * shape, made by the model that was named, in the format and size that was asked for. `record` tells the
 * time spent waiting for upstreams.
 */
export function createRelay(
  parts: Pick<DeliveryParts, "images">,
  client: RelayClient,
  request: ImageRequest,
  record: { upstreamMs(): number },
): Relay {
  let begun = false;
  let told: readonly Warning[] = [];
  let facts: Readonly<Record<string, string>> = {};
  const fits = (plan: Plan): boolean => {
    if (request.n !== 1 || request.stream || request.keep_outside_mask === true) return false;
    const card = rulingCard(plan.target);
    const isFull = card === undefined || card.answer === "full";
    if (!isFull || card !== plan.target.card) return false;
    const { url, base64 } = deliveryOf(request, parts, card?.delivery);
    return base64 && !url;
  };
  const begin = (
    { target, warnings, request: { more } }: Plan,
    attempts: number,
    byteLength?: number,
  ): void => {
    begun = true;
    const { seed } = more;
    client.begin({
      seed: typeof seed === "number" || typeof seed === "bigint" ? String(seed) : undefined,
      servedModel: servedName(target),
      channelId: target.channel.id,
      warnings: told.length === 0 ? warnings : [...warnings, ...told],
      attempts,
      upstreamMs: record.upstreamMs(),
      byteLength,
      isPaid: priceAt(target) !== "free",
    });
  };
  return {
    begun: () => begun,
    tap: (plan, attempts, warnings) =>
      begun || !fits(plan)
        ? undefined
        : {
            wants(document, picture, body) {
              told = [...warnings, ...differencesOf(picture, plan)];
              facts = factsOf(picture, plan);
              return (
                wantedChange({ picture, plan }) === undefined &&
                isBeginning(document) &&
                showsBarePicture(body)
              );
            },
            facts: () => facts,
            begin: (byteLength) => begin(plan, attempts, byteLength),
            write: (chunk) => client.write(chunk),
            congested: (resume) => client.congested(resume),
          },
  };
}

/** The facts that an answer says about its picture; the upstream's own words count more where it says them. */
function factsOf(picture: PictureFacts, plan: Plan): Readonly<Record<string, string>> {
  const facts = {
    background: backgroundOf({ background: undefined, plan }, picture),
    output_format: outputFormats.find((format) => format === picture.format),
    quality: answerQuality(plan.request.quality),
    size: sizeText(picture),
  };
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function showsBarePicture(body: readonly Buffer[]): boolean {
  const start = body[0]?.toString("latin1", 0, startBytes) ?? "";
  const found = barePicture.exec(start);
  // One at the very end may go on as a data URL.
  const isWhole = found !== null && found.index + found[0].length + "data:".length <= start.length;
  return isWhole || barePicture.test(Buffer.concat(body).toString("latin1"));
}

/**
 * True where the part of an answer that was read before its first picture is of an answer for one image,
 * whose entry has nothing that ours would not have.
 */
function isBeginning(document: unknown): boolean {
  if (!isObject(document) || !Number.isFinite(document.created)) return false;
  const { data } = document;
  if (!Array.isArray(data) || data.length !== 1) return false;
  const entry: unknown = data[0];
  if (!isObject(entry) || entry.url !== undefined) return false;
  const { revised_prompt: revised } = entry;
  return revised === undefined || (typeof revised === "string" && revised !== "");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
