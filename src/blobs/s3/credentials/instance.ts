import type { Credentials } from "../sign.ts";
import { askText, patience, readCredentials } from "./answer.ts";
import type { CredentialPorts } from "../ports.ts";

const what = "the machine's metadata service";
const rolesPath = "/latest/meta-data/iam/security-credentials/";
/** Life of the token that the questions are asked with, seconds. */
const tokenSeconds = 300;

/** Credentials of a virtual machine's role, by the second version of its metadata service: the first one is not asked. */
export async function askInstance(endpoint: string, ports: CredentialPorts): Promise<Credentials> {
  const base = { isDirect: true, ...patience, connectMs: 1_000 };
  const token = await askText(ports, what, {
    ...base,
    method: "PUT",
    url: new URL("/latest/api/token", endpoint),
    headers: { "x-aws-ec2-metadata-token-ttl-seconds": String(tokenSeconds) },
    body: { byteLength: 0, chunks: nothing },
  });
  const ask = (path: string): Promise<string> =>
    askText(ports, what, {
      ...base,
      method: "GET",
      url: new URL(path, endpoint),
      headers: { "x-aws-ec2-metadata-token": token },
    });
  const [role = ""] = (await ask(rolesPath)).trim().split("\n");
  if (!/^[\w+=,.@-]{1,64}$/.test(role)) throw new Error(`${what} names no role of this machine`);
  return readCredentials(what, await ask(`${rolesPath}${role}`));
}

async function* nothing(): AsyncGenerator<Buffer> {
  // An empty body, which has a length all the same.
}
