import { readFile } from "node:fs/promises";
import type { CredentialChain } from "../../../core/bucket.ts";
import type { Credentials } from "../sign.ts";
import { askText, patience, readCredentials } from "./answer.ts";
import type { CredentialPorts } from "../ports.ts";

const what = "the container's credential service";

/** Addresses that credentials may be asked for without TLS: this machine's, and those of ECS and EKS beside it. */
const nearHosts: ReadonlySet<string> = new Set([
  "localhost",
  "169.254.170.2",
  "169.254.170.23",
  "[fd00:ec2::23]",
  "[::1]",
]);

/** Credentials from the service beside a container: of a task on ECS, or of a pod with an identity on EKS. */
export async function askContainer(
  { url: address, token, tokenFile }: NonNullable<CredentialChain["container"]>,
  ports: CredentialPorts,
): Promise<Credentials> {
  const url = URL.parse(address);
  const isNear = url !== null && (nearHosts.has(url.hostname) || url.hostname.startsWith("127."));
  if (url === null || (url.protocol !== "https:" && !(url.protocol === "http:" && isNear)))
    throw new Error(
      "AWS_CONTAINER_CREDENTIALS_FULL_URI must be an https URL, or one of this machine or of ECS and EKS beside it",
    );
  // Written anew by the platform while the gateway runs, so read each time.
  const own = tokenFile === undefined ? token?.reveal() : (await readToken(tokenFile)).trim();
  const text = await askText(ports, what, {
    method: "GET",
    url,
    headers: { accept: "application/json", ...(own === undefined ? {} : { authorization: own }) },
    isDirect: isNear,
    ...patience,
  });
  return readCredentials(what, text);
}

function readToken(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => {
    throw new Error(`the token in ${file} cannot be read`);
  });
}
