import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Compare } from "../compare/compare.tsx";
import { Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";
import { ChangedOutside } from "./changed-outside.tsx";
import { pictureQuery } from "./pictures.ts";
import { useGalleryWords } from "./words.ts";

/** Two pictures, one over the other. */
export function ComparePage(): ReactNode {
  const words = useGalleryWords();
  const search = useSearch({ from: "/inside/gallery/compare" });
  const a = useQuery(pictureQuery(search.a));
  const b = useQuery(pictureQuery(search.b));
  const error = a.error ?? b.error;
  return (
    <Page title={words.compare} state={words.compareMeans}>
      {error === null ? null : <Problem error={error} />}
      {a.data === undefined || b.data === undefined ? null : (
        <>
          <Compare
            before={{ url: a.data.url, text: a.data.prompt }}
            after={{ url: b.data.url, text: b.data.prompt }}
            size={b.data}
          />
          <ChangedOutside a={a.data} b={b.data} />
        </>
      )}
    </Page>
  );
}
