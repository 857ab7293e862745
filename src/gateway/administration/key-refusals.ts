import { repeatedBudget } from "../../core/budget-words.ts";
import { PinholeError } from "../../core/errors.ts";
import type { KeySettings, StoredKey } from "../../core/key.ts";
import type { Standing } from "./condition.ts";
import type { OwnerBook } from "./key-owners.ts";
import { keyJson, type KeyView, storedView } from "./key-views.ts";

function timeOf(at: number): string {
  return new Date(at).toISOString();
}

export function noKey(): PinholeError {
  return new PinholeError("not_found", { message: "There is no key with this id." });
}

export function heldByFile({ id, declaredAt }: KeyView): PinholeError {
  return new PinholeError("conflict", {
    message: `The key \`${id}\` is held by the configuration file (${declaredAt}); change it there.`,
  });
}

/** `known`: the key that has it, where the caller may see that one. */
export function idTaken(id: string, known: StoredKey | undefined): PinholeError {
  const isGone = known !== undefined && known.removedAt !== null;
  const whose = isGone ? "had, before it was revoked," : "has";
  return new PinholeError("conflict", {
    message: `Another key ${whose} the id \`${id}\` already; choose a different one.`,
  });
}

/** A key that a change is made of, as its refusals tell of it. */
export function standingOf(stored: StoredKey): Standing {
  const { id, version } = stored;
  return { what: `The key \`${id}\``, version, show: () => keyJson(storedView(stored)) };
}

/** The refusal to make what a caller has seen a version of. */
export function neverSeen(id: string): PinholeError {
  return new PinholeError("version_stale", {
    message: `There is no key \`${id}\`; leave \`If-Match\` out to make it.`,
    more: { current: null },
  });
}

/** Throws where a new secret would open nothing. */
export function refuseRotation({ id, disabled, expiresAt }: StoredKey, now: number): void {
  if (disabled)
    throw new PinholeError("conflict", {
      message: `The key \`${id}\` is disabled, so a new secret would open nothing; enable it first.`,
    });
  if (expiresAt !== null && expiresAt <= now)
    throw new PinholeError("conflict", {
      message: `The key \`${id}\` has expired at ${timeOf(expiresAt)}, so a new secret would open nothing; set a later \`expires_at\` first.`,
    });
}

export function revoked({ id, removedAt }: StoredKey): PinholeError {
  return new PinholeError("conflict", {
    message: `The key \`${id}\` was revoked at ${timeOf(removedAt ?? 0)}, which cannot be undone; make another one.`,
  });
}

/** Throws invalid_value where choices cannot be meant. An expiry that has passed since it was set is no mistake. */
export function refuseSettings(
  settings: KeySettings,
  before: Pick<KeySettings, "expiresAt"> | undefined,
  owners: OwnerBook,
  now: number,
): void {
  const { expiresAt, budgets } = settings;
  if (expiresAt !== null && expiresAt !== before?.expiresAt && expiresAt <= now)
    throw new PinholeError("invalid_value", {
      message:
        "`expires_at` lies in the past; name a later time, or stop the key by `disabled` or by revoking it.",
      param: "expires_at",
    });
  if (repeatedBudget(budgets) !== undefined)
    throw new PinholeError("invalid_value", {
      message:
        "Two budgets of `budget` have the same period for the same models; keep the smaller one.",
      param: "budget",
    });
  const { missing } = owners.find(settings);
  if (missing !== undefined) throw noOwner(missing.kind, missing.id);
}

/** The refusal of an owner that there is not, or that is not the caller's to give keys to. */
export function noOwner(kind: "user" | "team", id: string): PinholeError {
  return new PinholeError("invalid_value", {
    message: `There is no ${kind} \`${id}\`; make it first, or name another.`,
    param: kind,
  });
}
