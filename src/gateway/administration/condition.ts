import { PinholeError } from "../../core/errors.ts";

/**
 * The versions that a change may be made from, as its caller says: some, `any` one that stands, or nothing was said.
 * It is the `If-Match` of a request.
 */
export type Condition = readonly number[] | "any" | "unsaid";

/** A resource that a change is made of, as its refusals tell of it. */
export interface Standing {
  /** In words: "The team `art`". */
  readonly what: string;
  readonly version: number;
  /** As the admin API shows it; made where it is told. */
  readonly show: () => Readonly<Record<string, unknown>>;
}

/** Throws where the caller has not seen what it would change: version_required where it names no version, version_stale where another. */
export function checkVersion(condition: Condition, standing: Standing): void {
  if (condition === "unsaid")
    throw new PinholeError("version_required", {
      message: `${standing.what} is at version ${standing.version}; send the version that the change was made from as \`If-Match\`.`,
    });
  checkSaidVersion(condition, standing);
}

/** As `checkVersion`, of what may be done without a version: whoever ends something loses nobody's change. */
export function checkSaidVersion(condition: Condition, standing: Standing): void {
  if (typeof condition === "string" || condition.includes(standing.version)) return;
  throw staleVersion(standing);
}

/** The refusal of a change that was made from another version than the one that stands. */
export function staleVersion({ what, version, show }: Standing): PinholeError {
  return new PinholeError("version_stale", {
    message: `${what} was changed meanwhile and is at version ${version} now; repeat the change on \`error.current\`.`,
    more: { current: show() },
  });
}
