import { z } from "zod";
import { Secret } from "../../../core/secret.ts";
import { type S3HttpAnswer, type S3HttpRequest, wholeText } from "../http.ts";
import type { Credentials } from "../sign.ts";
import type { CredentialPorts } from "../ports.ts";

/** Times of a question to a server that is near. */
export const patience = { connectMs: 2_000, headMs: 5_000, wholeMs: 10_000 };

const answerSchema = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  Token: z.string().nullish(),
  Expiration: z.iso.datetime({ offset: true }).nullish(),
});

/** The text of a good answer. Rejects with a sentence that names the place but nothing secret. */
export async function askText(
  { http }: CredentialPorts,
  what: string,
  request: S3HttpRequest,
): Promise<string> {
  let answer: S3HttpAnswer;
  try {
    answer = await http.open(request);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`${what} at ${request.url.host} could not be reached: ${why}`, {
      cause: thrown,
    });
  }
  const text = await wholeText(answer);
  if (answer.status === 200) return text;
  throw new Error(`${what} at ${request.url.host} answered HTTP ${answer.status}`);
}

/** The credentials in a JSON answer, as containers and virtual machines get them. */
export function readCredentials(what: string, text: string): Credentials {
  const read = answerSchema.safeParse(parsed(text));
  if (!read.success) throw new Error(`${what} gave an answer without credentials`);
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = read.data;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: new Secret(SecretAccessKey),
    sessionToken: Token === null || Token === undefined ? undefined : new Secret(Token),
    endsAt: Expiration === null || Expiration === undefined ? undefined : Date.parse(Expiration),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
