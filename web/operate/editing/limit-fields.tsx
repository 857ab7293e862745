import type { ReactNode } from "react";
import { classNames } from "../../ui/class-names.ts";
import { Field } from "../../ui/field.tsx";

type Limit = "rpm" | "ipm" | "ipd" | "concurrency";

/** The limits of a form: how much may be asked in a while, each empty where there is none. */
export function LimitFields<T extends Limit>({
  limits,
  editing: { fields, set, faultAt },
  words,
}: {
  readonly limits: readonly T[];
  readonly editing: {
    readonly fields: Readonly<Record<T, string>>;
    readonly set: (change: Partial<Record<T, string>>) => void;
    readonly faultAt: (param: string) => string | undefined;
  };
  readonly words: Readonly<Record<T | "limits" | "limitsHint", string>>;
}): ReactNode {
  return (
    <fieldset className="flex flex-col gap-2 border-t border-line pt-5">
      <legend className="float-left w-full pb-1 font-[650]">{words.limits}</legend>
      <div
        className={classNames(
          "grid grid-cols-1 gap-3",
          limits.length === 3 ? "phone:grid-cols-3" : "phone:grid-cols-2",
        )}
      >
        {limits.map((limit) => (
          <Field
            key={limit}
            label={words[limit]}
            inputMode="numeric"
            value={fields[limit]}
            onChange={(value) => set({ [limit]: value } as Partial<Record<T, string>>)}
            error={faultAt(limit)}
          />
        ))}
      </div>
      <p className="text-label text-soft">{words.limitsHint}</p>
    </fieldset>
  );
}
