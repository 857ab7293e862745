import type { BucketCredentials, CredentialChain } from "../core/bucket.ts";
import { Secret } from "../core/secret.ts";
import type { FileSettings } from "./schema.ts";
import { type Environment, readVariable } from "./sources.ts";

/** Credentials for a bucket: the file's, else the environment's, else where the environment says that they are. */
export function credentialsOf(
  settings: FileSettings["images"]["s3"],
  region: string,
  env: Environment,
): BucketCredentials {
  const { access_key_id: id, secret_access_key: secret, session_token } = settings;
  if (id !== undefined && secret !== undefined)
    return {
      kind: "static",
      accessKeyId: id,
      secretAccessKey: secret,
      sessionToken: session_token,
    };
  const of = (name: string): string | undefined => readVariable(env, [name])?.value;
  const [ownId, ownSecret] = [of("AWS_ACCESS_KEY_ID"), of("AWS_SECRET_ACCESS_KEY")];
  if (ownId !== undefined && ownSecret !== undefined)
    return {
      kind: "static",
      accessKeyId: ownId,
      secretAccessKey: new Secret(ownSecret),
      sessionToken: secretOf(of("AWS_SESSION_TOKEN")),
    };
  return { kind: "chain", chain: chainOf(of, region) };
}

function chainOf(of: (name: string) => string | undefined, region: string): CredentialChain {
  const [roleArn, tokenFile] = [of("AWS_ROLE_ARN"), of("AWS_WEB_IDENTITY_TOKEN_FILE")];
  const path = of("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const url =
    path === undefined ? of("AWS_CONTAINER_CREDENTIALS_FULL_URI") : `http://169.254.170.2${path}`;
  const isAsked = of("AWS_EC2_METADATA_DISABLED")?.toLowerCase() !== "true";
  const suffix = region.startsWith("cn-") ? ".cn" : "";
  return {
    webIdentity:
      roleArn === undefined || tokenFile === undefined
        ? undefined
        : {
            roleArn,
            tokenFile,
            sessionName: of("AWS_ROLE_SESSION_NAME") ?? "pinhole",
            endpoint: of("AWS_ENDPOINT_URL_STS") ?? `https://sts.${region}.amazonaws.com${suffix}`,
          },
    container:
      url === undefined
        ? undefined
        : {
            url,
            token: secretOf(of("AWS_CONTAINER_AUTHORIZATION_TOKEN")),
            tokenFile: of("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
          },
    instance: isAsked
      ? { endpoint: of("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254" }
      : undefined,
  };
}

function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}
