import { readErrorBody } from "../../core/error-body.ts";
import { PinholeError } from "../../core/errors.ts";
import type { GenerateInput, UpstreamFault } from "../../core/provider.ts";
import { publicText } from "../../core/public-text.ts";
import type { WireError } from "../../core/wire.ts";
import { missesPartOfRequest, speaksOfRequest } from "../error-words.ts";
import type { SdapiOptions, SdapiSettings } from "./settings.ts";

/**
 * The meaning of an error of these servers: {error, detail, body, errors}, {detail} with a text or a list,
 * {error, code, detail, …}. A 404 is most often about a sampler or an image that the request names.
 */
export function readSdapiError(error: WireError): UpstreamFault | undefined {
  const body = readErrorBody(error);
  const text = publicText(body?.message ?? "");
  if (text === "Invalid encoded image") {
    return {
      code: "invalid_image",
      message: "The server could not read the image; send another file.",
      param: "image",
    };
  }
  const said = text === "" ? {} : { message: text };
  switch (error.status) {
    case 200:
      return body !== undefined && speaksOfRequest(body)
        ? { code: "invalid_value", ...said, param: body.param ?? partNamed(text) }
        : undefined;
    case 400:
    case 422:
      return { code: "invalid_value", ...said, param: body?.param ?? partNamed(text) };
    case 404:
      return body !== undefined && missesPartOfRequest(body)
        ? { code: "invalid_value", ...said, param: body.param ?? partNamed(text) }
        : undefined;
    // The API is switched off or at another path: the operator's to mend.
    case 405:
    case 415:
      return { code: "upstream_refused" };
    // Without a body of the server's own it is some proxy's, which does not know whether work began.
    case 503:
      return {
        code: error.json === undefined || text === "" ? "upstream_failed" : "upstream_busy",
      };
    default:
      return undefined;
  }
}

/** The option that a server's words are about: it names none in a field of its own. */
function partNamed(text: string): string | undefined {
  return /\b(sampler|scheduler)\b/i.exec(text)?.[1]?.toLowerCase();
}

/** The error as whose it is: a sampler or a scheduler that the operator chose is no mistake of the caller's. */
export function blamed(
  thrown: unknown,
  { options, settings }: Pick<GenerateInput<SdapiSettings, SdapiOptions>, "options" | "settings">,
): unknown {
  if (!(thrown instanceof PinholeError)) return thrown;
  const { param, code, message, detail } = thrown;
  if (code !== "invalid_value" || (param !== "sampler" && param !== "scheduler")) return thrown;
  if (options[param] !== undefined || settings[param] === undefined) return thrown;
  return new PinholeError("upstream_refused", {
    message: "The upstream refused the request for a reason that is not the caller's.",
    detail: `settings.${param} is ${settings[param]}: ${detail ?? message}`,
    cause: thrown,
  });
}
