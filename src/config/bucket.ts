import type { Bucket } from "../core/bucket.ts";
import { type Environment, readVariable } from "./sources.ts";
import { didYouMean } from "./suggest.ts";

const options = ["region", "endpoint", "public_endpoint", "path_style"] as const;
type Option = (typeof options)[number];

/** The bucket that an `s3:` URL names; a text says what is wrong with it. */
export function readBucket(text: string, env: Environment): Omit<Bucket, "putHeaders"> | string {
  const [, name = "", path = "", query = ""] = /^s3:\/\/([^/?#]*)([^?#]*)\??(.*)$/.exec(text) ?? [];
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))
    return "`images.url` must begin with s3:// and a bucket's name: 3 to 63 lower-case letters, digits, dots and hyphens";
  if (!/^(\/[\w.-]+)*\/?$/.test(path) || /\/\.{1,2}(\/|$)/.test(path))
    return "`images.url` may have letters, digits, dots, hyphens and underscores between slashes behind the bucket's name";
  const given = readOptions(query);
  if (typeof given === "string") return given;
  const endpoint = given.get("endpoint");
  const region =
    given.get("region") ??
    readVariable(env, ["AWS_REGION", "AWS_DEFAULT_REGION"])?.value ??
    (endpoint === undefined ? undefined : "us-east-1");
  if (region === undefined)
    return "`images.url` names no region; add ?region=… or set AWS_REGION, or add ?endpoint=… where the server is not Amazon's";
  if (!/^[a-z0-9-]{1,64}$/.test(region))
    return "the region of `images.url` must be lower-case letters, digits and hyphens, such as eu-central-1";
  const style = given.get("path_style");
  const prefix = path.replaceAll(/^\/|\/$/g, "");
  return {
    name,
    prefix: prefix === "" ? "" : `${prefix}/`,
    region,
    endpoint,
    publicEndpoint: given.get("public_endpoint"),
    // A name with dots is no host that a certificate is made for.
    isPathStyle:
      style === undefined ? endpoint !== undefined || name.includes(".") : style === "true",
  };
}

function readOptions(query: string): ReadonlyMap<Option, string> | string {
  const given = new Map<Option, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const option = options.find((one) => one === name);
    if (option === undefined)
      return `\`images.url\` has no option \`${name.slice(0, 40)}\`${didYouMean(name, options)}`;
    if (given.has(option)) return `\`images.url\` has the option \`${option}\` twice`;
    if (value === "") continue;
    const read = readOption(option, value);
    if (read === undefined)
      return `the option \`${option}\` of \`images.url\` must be ${forms[option]}`;
    given.set(option, read);
  }
  return given;
}

const forms: Readonly<Record<Option, string>> = {
  region: "a region such as eu-central-1",
  endpoint: "an http or https URL such as https://minio.example.com:9000",
  public_endpoint: "an http or https URL such as https://images.example.com",
  path_style: "true or false",
};

function readOption(option: Option, value: string): string | undefined {
  if (option === "region") return value;
  if (option === "path_style") return ["true", "false"].find((word) => word === value);
  const url = URL.parse(value);
  const isPlain =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    `${url.username}${url.password}${url.search}${url.hash}` === "" &&
    url.pathname === "/";
  return isPlain ? url.origin : undefined;
}
