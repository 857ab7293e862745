import { errorTable, PinholeError } from "../core/errors.ts";
import type { ProviderEvent, UpstreamHttp } from "../core/provider.ts";
import type { UpstreamFault, WireAnswer } from "../core/wire.ts";
import { findPictures, type FoundPicture, takePictures } from "./picture-places.ts";

/** The places of the pictures in one upstream's answers, and of what else is said of them. */
export interface MadePictures {
  /** Places of base64, data URLs and links: `data.*.b64_json`, `output.results.*.url`. Of several for one picture the first wins. */
  readonly at: readonly string[];
  /**
   * The fault of a picture that is there: a placeholder for a blocked one, a draft. `item` is the
   * element of the list that it stands in (the document, where it stands in none).
   */
  readonly refuse?: (item: unknown) => UpstreamFault | undefined;
  /** Further facts of a picture, from the same element. */
  readonly facts?: (item: unknown) => {
    readonly seed?: number | undefined;
    readonly revisedPrompt?: string | undefined;
  };
  /** The meaning of an answer without any picture; unless given, that it cannot be read. */
  readonly none?: (json: unknown) => UpstreamFault | undefined;
}

/**
 * Reports the pictures of an answer; links are fetched side by side. One that is refused is never
 * delivered: the others are, and then its fault is thrown.
 */
export async function* madePictures(
  http: UpstreamHttp,
  answer: WireAnswer,
  made: MadePictures,
): AsyncGenerator<ProviderEvent, void, void> {
  if (answer.picture !== undefined) {
    yield { picture: answer.picture, index: 0 };
    return;
  }
  const found = findPictures(answer.json, made.at);
  const good: FoundPicture[] = [];
  let refused: UpstreamFault | undefined;
  for (const one of found) {
    const fault = made.refuse?.(one.item);
    if (fault === undefined) good.push(one);
    else refused ??= fault;
  }
  if (found.length === 0)
    throw errorOf(made.none?.(answer.json) ?? { code: "upstream_bad_answer" });
  const { taken, failure } = await takePictures(good, http);
  for (const { picture, index, item } of taken) yield { picture, index, ...made.facts?.(item) };
  if (refused !== undefined) throw errorOf(refused);
  if (failure !== undefined) throw failure.reason;
}

/** The upstream's own words stay out: only the egress can clean them, and what it is told through `refused` it does. */
function errorOf({ code }: UpstreamFault): PinholeError {
  const detail = "the answer has a good status, and no picture that may be delivered";
  return new PinholeError(code, { message: errorTable[code].meaning, detail });
}
