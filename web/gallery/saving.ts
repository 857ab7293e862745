import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { faultLine } from "../language/fault.ts";
import { useWords } from "../language/language.tsx";
import { setSaved } from "./pictures.ts";
import { lookAgain, putPicture } from "./shelf.ts";

/** Keeps pictures and lets them go; a refusal is told in its own words. */
export interface Saving {
  readonly fault: string | undefined;
  save(ids: readonly string[], saved: boolean): Promise<void>;
}

/** The keeping of pictures, which changes them in whatever shows them. */
export function useSaving(): Saving {
  const queries = useQueryClient();
  const words = useWords();
  const [fault, setFault] = useState<string>();
  return {
    fault,
    async save(ids, saved) {
      let refused: string | undefined;
      // One after the other: each counts against the quota.
      for (const id of ids)
        try {
          await putPicture(queries, await setSaved(id, saved));
        } catch (thrown) {
          refused = faultLine(words, thrown);
          break;
        }
      setFault(refused);
      await lookAgain(queries);
    },
  };
}
