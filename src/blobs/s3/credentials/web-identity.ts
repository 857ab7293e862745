import { readFile } from "node:fs/promises";
import type { CredentialChain } from "../../../core/bucket.ts";
import { Secret } from "../../../core/secret.ts";
import { element, readS3Error } from "../answers.ts";
import { wholeText } from "../http.ts";
import type { Credentials } from "../sign.ts";
import { patience } from "./answer.ts";
import type { CredentialPorts } from "../ports.ts";

const what = "the token service";

/** Credentials for the token of a web identity, as a pod with a service account of its own has one (IRSA). */
export async function askTokenService(
  { roleArn, tokenFile, sessionName, endpoint }: NonNullable<CredentialChain["webIdentity"]>,
  { http }: CredentialPorts,
): Promise<Credentials> {
  // Written anew by the platform while the gateway runs, so read each time.
  const token = await readFile(tokenFile, "utf8").catch(() => {
    throw new Error(`the token in ${tokenFile} cannot be read`);
  });
  const form = Buffer.from(
    new URLSearchParams({
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      WebIdentityToken: token.trim(),
    }).toString(),
  );
  const url = new URL("/", endpoint);
  const answer = await http
    .open({
      method: "POST",
      url,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: { byteLength: form.byteLength, chunks: () => once(form) },
      ...patience,
    })
    .catch((thrown: unknown) => {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      throw new Error(`${what} at ${url.host} could not be reached: ${why}`);
    });
  const text = await wholeText(answer);
  const credentials = answer.status === 200 ? readAnswer(text) : undefined;
  if (credentials !== undefined) return credentials;
  const error = readS3Error(text);
  const said = error === undefined ? "" : ` ${error.code}: ${error.message}`;
  throw new Error(`${what} at ${url.host} answered HTTP ${answer.status}${said}`);
}

function readAnswer(text: string): Credentials | undefined {
  const [accessKeyId, secret, token, end] = [
    element(text, "AccessKeyId"),
    element(text, "SecretAccessKey"),
    element(text, "SessionToken"),
    Date.parse(element(text, "Expiration") ?? ""),
  ];
  if (accessKeyId === undefined || secret === undefined || token === undefined) return undefined;
  return {
    accessKeyId,
    secretAccessKey: new Secret(secret),
    sessionToken: new Secret(token),
    endsAt: Number.isNaN(end) ? undefined : end,
  };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
