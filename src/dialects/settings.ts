import { z } from "zod";
import { secretSchema } from "../core/provider.ts";
import type { Secret } from "../core/secret.ts";

/** An address of HTTP. It is shown to operators and written into logs, so it holds no credential. */
export function httpAddress() {
  return plainAddress(/^https?$/);
}

/** An address of whatever protocols, which holds no credential either. */
export function plainAddress(protocol = /^[a-z][a-z0-9+.-]*$/) {
  return z.url({ protocol }).refine(hasNoCredential, {
    error:
      "must be an address without user name and password; credentials have settings of their own",
  });
}

function hasNoCredential(text: string): boolean {
  const url = URL.parse(text);
  return url === null || `${url.username}${url.password}` === "";
}

/** The setting `base_url`, without a trailing slash. `origin`: the vendor's own address, with the path that all calls share. */
export function baseUrl(origin: string, description = "Address of the API.") {
  return httpAddress()
    .default(origin)
    .transform((url) => url.replace(/\/+$/, ""))
    .describe(description);
}

/** The setting `base_url` of a server that only the operator can name. */
export function ownBaseUrl(description: string) {
  return httpAddress()
    .transform((url) => url.replace(/\/+$/, ""))
    .describe(description);
}

/** A key. A channel may list several under the setting's plural. */
export function apiKey(description = "API key.") {
  return secretSchema.describe(description);
}

/** Settings that nearly every hosted upstream has, for its `z.strictObject`. */
export function hostedSettings(origin: string) {
  return { base_url: baseUrl(origin), api_key: apiKey() };
}

/** `Authorization: Bearer …`, for `authorize`. */
export function bearer({
  settings,
}: {
  readonly settings: { readonly api_key: Secret };
}): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${settings.api_key.reveal()}` };
}

/** The parts that the definitions of many services share: a bearer key, a closed list of models, and result hosts that are a setting. */
export const hostedService = {
  openEnded: false,
  authorize: bearer,
  configuredResultHosts: (settings: {
    readonly result_hosts?: readonly string[] | undefined;
  }): readonly string[] | undefined => settings.result_hosts,
};

/** Settings by which any server is reached: its address, a key where it wants one, and further headers. */
export const anyServerSettings = {
  base_url: ownBaseUrl("Origin and path of the API, most often ending in /v1."),
  api_key: secretSchema
    .optional()
    .describe("Sent as Authorization: Bearer; leave out where the server needs none."),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/), secretSchema)
    .default({})
    .describe("Further headers of every call, for example { X-Api-Key: … }; treated as secrets."),
};

/** The headers that `anyServerSettings` come to, for `authorize`. */
export function keyAndHeaders({
  settings: { api_key: key, headers },
}: {
  readonly settings: {
    readonly api_key?: Secret | undefined;
    readonly headers: Readonly<Record<string, Secret>>;
  };
}): Readonly<Record<string, string>> {
  return {
    ...(key === undefined ? {} : { authorization: `Bearer ${key.reveal()}` }),
    ...Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.reveal()]),
    ),
  };
}

/** The setting `base_url` where the setting `region` picks the address. */
export function regionalUrl() {
  return httpAddress()
    .transform((url) => url.replace(/\/+$/, ""))
    .optional()
    .describe("Address of the API. Not set: the region's own.");
}

/** For `.transform` of settings with `regionalUrl`: the region's address where none is given. */
export function atRegion<const Region extends string>(origins: Readonly<Record<Region, string>>) {
  return <S extends { readonly base_url?: string | undefined; readonly region: Region }>(
    settings: S,
  ): Omit<S, "base_url"> & { readonly base_url: string } => ({
    ...settings,
    base_url: settings.base_url ?? origins[settings.region],
  });
}

/**
 * The setting `watermark`: what is sent where the client does not say, always written out, since the
 * vendor's default may change. `vendor`: that default as it is documented now.
 */
export function watermark(vendor: boolean) {
  return z
    .boolean()
    .default(vendor)
    .describe("Whether pictures are marked as made by AI where the client does not say.");
}

const hostNames = z.array(
  z.string().regex(/^\.?[a-z0-9-]+(\.[a-z0-9-]+)+$/, { message: "must be a host's name" }),
);

/** The setting `result_hosts`, for an upstream whose results come from hosts that nobody has named. */
export function anyResultHosts() {
  return hostNames
    .optional()
    .describe(
      "Hosts that made pictures are fetched from besides the API's own. Not set: any public host, since the vendor names none; always without the key.",
    );
}

/** The setting `result_hosts`, for an upstream that does not document where its results are. */
export function resultHosts(known: readonly string[]) {
  return hostNames
    .default([...known])
    .describe(
      "Hosts that made pictures are fetched from besides the API's own; one that begins with a dot stands for all below it.",
    );
}

/** The value of the parameter `watermark`: the client's word, else the operator's. */
export function watermarkOf(
  request: { readonly watermark?: boolean | undefined },
  settings: { readonly watermark: boolean },
): boolean {
  return request.watermark ?? settings.watermark;
}

/** The setting `refused_prompt_tags`, where stable-diffusion.cpp's server may be what answers. */
export const refusedPromptTags = z
  .array(z.string().min(1))
  .default(["sd_cpp_extra_args"])
  .describe(
    "Tags that prompts may not hold, since the server reads further parameters out of them; stable-diffusion.cpp's server takes size, number and paths on its disk from <sd_cpp_extra_args>.",
  );
