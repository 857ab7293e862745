import { namesModel } from "../../core/budget.ts";
import { PinholeError } from "../../core/errors.ts";
import type { KeyRecord } from "../../core/key.ts";
import type { Operation } from "../../core/request.ts";

/** True where the lists of names and `prefix*` patterns of a key, its user and its team allow the model. */
export function mayUse({ models, user, team }: KeyRecord, model: string): boolean {
  return (
    namesModel(models, model) &&
    (user === undefined || namesModel(user.models, model)) &&
    (team === undefined || namesModel(team.models, model))
  );
}

/** Throws model_not_allowed or operation_not_allowed. */
export function authorize(key: KeyRecord, model: string, operation: Operation): void {
  if (!mayUse(key, model)) {
    throw new PinholeError("model_not_allowed", {
      message: `This key may not use the model \`${model.slice(0, 200)}\`; GET /v1/models lists what it may use.`,
      param: "model",
    });
  }
  if (key.operations !== null && !key.operations.includes(operation)) {
    throw new PinholeError("operation_not_allowed", {
      message: `This key may not make ${operation} requests; it may make: ${key.operations.join(", ")}.`,
    });
  }
}
