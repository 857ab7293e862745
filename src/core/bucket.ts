import type { Secret } from "./secret.ts";

/** A bucket of a server that speaks S3, and the way to it. */
export interface Bucket {
  readonly name: string;
  /** The beginning of all keys: empty, or ending in a slash. */
  readonly prefix: string;
  readonly region: string;
  /** No trailing slash. Undefined: Amazon's own of the region. */
  readonly endpoint: string | undefined;
  /** The endpoint as clients reach it, for URLs that lead them there. Undefined: the same. */
  readonly publicEndpoint: string | undefined;
  /** True: the bucket stands in the path; else in the host's name. */
  readonly isPathStyle: boolean;
  /** Further headers of what is put, lower case: encryption, access list, tags. */
  readonly putHeaders: Readonly<Record<string, string>>;
}

/** The place that credentials for a bucket come from. */
export type BucketCredentials =
  | {
      readonly kind: "static";
      readonly accessKeyId: string;
      readonly secretAccessKey: Secret;
      readonly sessionToken: Secret | undefined;
    }
  | { readonly kind: "chain"; readonly chain: CredentialChain };

/** The environment's words on credentials that come from elsewhere, tried in this order. */
export interface CredentialChain {
  /** A token in a file, which the token service gives credentials for. */
  readonly webIdentity:
    | {
        readonly roleArn: string;
        readonly tokenFile: string;
        readonly sessionName: string;
        /** The token service's address. */
        readonly endpoint: string;
      }
    | undefined;
  /** The address beside a container, and what it is asked with. */
  readonly container:
    | {
        readonly url: string;
        readonly token: Secret | undefined;
        readonly tokenFile: string | undefined;
      }
    | undefined;
  /** The metadata service of a virtual machine. Undefined: it is not to be asked. */
  readonly instance: { readonly endpoint: string } | undefined;
}
