import type { FastifyReply, FastifyRequest } from "fastify";
import type { Gateway, ImageOutcome } from "../../gateway/gateway.ts";
import { type OriginParts, originOf } from "../server/origin.ts";
import { sendChunks } from "../server/send-chunks.ts";
import { beginAnswer } from "../server/begin-answer.ts";
import { answerHeaders } from "./answer-headers.ts";
import { headersFor } from "./rate-limit-headers.ts";

/** Answers up to this size are sent in one piece. */
const pieceBytesMax = 65_536;

/** The longest text that Node writes at once, less room for the head. */
const textBodyBytesMax = 14_336;

/** The parts that outcomes are sent with. */
export interface OutcomeParts extends OriginParts {
  readonly gateway: Pick<Gateway, "answer" | "rates">;
  /** Answers name the channel that made them. */
  readonly exposeChannel: boolean;
}

/** Sends a request's outcome: its own, or an earlier one's whose retry this is. */
export async function sendOutcome(
  parts: OutcomeParts,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: ImageOutcome,
  started: number,
): Promise<FastifyReply> {
  const body = parts.gateway.answer(outcome, originOf(parts, request));
  const headers = answerHeaders(request.id, outcome, {
    exposeChannel: parts.exposeChannel,
    totalMs: performance.now() - started,
  });
  headers["content-type"] = "application/json";
  headers["content-length"] = String(body.byteLength);
  const begin = (): void =>
    beginAnswer(reply, headers, headersFor(parts.gateway, request.gatewayKey));
  if (body.byteLength > pieceBytesMax) return sendChunks(reply, body.chunks(true), begin);
  // A small body in one piece, which costs a fraction of a stream.
  const whole = body.whole ?? (await gathered(body));
  begin();
  // As a text the body goes in one write with the head; byte for byte, which latin1 is.
  if (whole.length <= textBodyBytesMax) reply.raw.end(whole.toString("latin1"), "latin1");
  else reply.raw.end(whole);
  return reply;
}

async function gathered(body: ReturnType<Gateway["answer"]>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}
