import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ModelsSearch } from "../addresses.ts";
import { useTextInAddress } from "../ui/use-text-in-address.ts";

/** The words that are looked for in the list of models; they stay in the address when a panel is opened or closed. */
export function useSought(): Pick<ModelsSearch, "q"> {
  const { q }: ModelsSearch = useSearch({ from: "/inside/models" });
  return q === undefined ? {} : { q };
}

/** The words of the field that looks for models. */
export function useSearchField(): readonly [text: string, change: (text: string) => void] {
  const { q = "" } = useSought();
  const navigate = useNavigate();
  return useTextInAddress(q, (next) => {
    const search = (before: ModelsSearch) => ({ ...before, q: next === "" ? undefined : next });
    return navigate({ to: ".", search, replace: true, resetScroll: false });
  });
}
