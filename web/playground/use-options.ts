import { useQueries } from "@tanstack/react-query";
import { ask } from "../api/ask.ts";
import type { OptionGroup } from "./chosen-options.ts";
import { byKey, useAsKey } from "./own-keys.ts";
import type { Model } from "./models.ts";

/** The models with the options of their providers, as soon as these are known. */
export function useOptions(models: readonly Model[]): readonly Model[] {
  const keyId = useAsKey();
  const answers = useQueries({
    queries: models.map(({ id }) => ({
      queryKey: ["model-options", keyId ?? "", id],
      async queryFn() {
        const path = byKey(`/console/v1/models/${encodeURIComponent(id)}/options`, keyId);
        return (await ask<{ readonly data: readonly OptionGroup[] }>("GET", path)).data;
      },
      staleTime: 60_000,
    })),
  });
  return models.map((model, at) => {
    const options = answers[at]?.data;
    return options === undefined ? model : { ...model, options };
  });
}
