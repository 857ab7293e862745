import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { ModelsSearch } from "../addresses.ts";

/** The words that are looked for in the list of models; they stay in the address when a panel is opened or closed. */
export function useSought(): Pick<ModelsSearch, "q"> {
  const { q }: ModelsSearch = useSearch({ from: "/inside/models" });
  return q === undefined ? {} : { q };
}

/** The words of the field that looks for models. They stand in the address too, which comes after the keys. */
export function useSearchField(): readonly [text: string, change: (text: string) => void] {
  const { q = "" } = useSought();
  const navigate = useNavigate();
  const [text, setText] = useState(q);
  const underWay = useRef(0);
  useEffect(() => {
    // While somebody types, an address of before takes no letter back.
    if (underWay.current === 0) setText(q);
  }, [q]);
  const change = (next: string): void => {
    setText(next);
    underWay.current += 1;
    const search = (before: ModelsSearch) => ({ ...before, q: next === "" ? undefined : next });
    void navigate({ to: ".", search, replace: true, resetScroll: false }).finally(() => {
      underWay.current -= 1;
    });
  };
  return [text, change];
}
