import { PinholeError } from "../../core/errors.ts";

/** The place where a prediction of a model is made, and the version that the body must name. */
export interface PredictionPlace {
  readonly url: string;
  readonly version: string | undefined;
}

const segment = /^[A-Za-z0-9._-]+$/;
const versionId = /^[0-9a-f]{64}$/;

/**
 * `owner/name` is an official model, `owner/name:version` (or a bare 64-hex version) any version of
 * any model, `deployments/owner/name` a deployment. Throws upstream_model_missing for other words.
 */
export function placeOf(model: string): PredictionPlace {
  if (versionId.test(model)) return { url: "/predictions", version: model };
  const [path = "", version, ...rest] = model.split(":");
  const parts = path.split("/");
  const clean = rest.length === 0 && parts.every((part) => segment.test(part));
  if (clean && version !== undefined && parts.length === 2 && segment.test(version)) {
    return { url: "/predictions", version };
  }
  if (clean && version === undefined && parts.length === 2) {
    return { url: `/models/${path}/predictions`, version: undefined };
  }
  if (clean && version === undefined && parts.length === 3 && parts[0] === "deployments") {
    return { url: `/${path}/predictions`, version: undefined };
  }
  throw new PinholeError("upstream_model_missing", {
    message: "The channel names a model in a form that its provider does not have.",
    detail: `${model} is none of owner/name, owner/name:version, deployments/owner/name.`,
  });
}

/** The names under which a model's card and input may be described, best first. */
export function namesOf(model: string): readonly string[] {
  const bare = model.split(":")[0] ?? model;
  return bare === model ? [model] : [model, bare];
}
