import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { changedFromOriginal } from "../compare/changed.ts";
import { useMakeWords } from "../playground/words.ts";
import { type Picture, pictureQuery } from "./pictures.ts";

/** The masked edit of two pictures of which one was made from the other, with the ids of the edit as it was made and with the rest kept. */
function editOf(a: Picture, b: Picture) {
  const edit = [a, b].find(({ made_from: from }, at) => from[0] === [b, a][at]?.id);
  if (edit === undefined || edit.fields["keep_outside_mask"] !== true) return undefined;
  const n = Number(edit.fields["n"] ?? 1);
  const place = edit.index % n;
  return {
    original: edit === a ? b : a,
    made: `${edit.request_id}.${place}`,
    // Those with the rest kept stand behind those that were asked for.
    kept: `${edit.request_id}.${n + place}`,
  };
}

/** Says how much of what lies outside of the mask an edit had changed, where the two pictures are an input and its masked edit and the rest was kept. */
export function ChangedOutside({ a, b }: { readonly a: Picture; readonly b: Picture }): ReactNode {
  const more = useMakeWords();
  const edit = editOf(a, b);
  const made = useQuery({
    ...pictureQuery(edit?.made ?? ""),
    enabled: edit !== undefined,
    retry: false,
  }).data;
  const kept = useQuery({
    ...pictureQuery(edit?.kept ?? ""),
    enabled: edit !== undefined,
    retry: false,
  }).data;
  const changed = useQuery({
    queryKey: ["changed-outside", edit?.original.id, edit?.made],
    queryFn: ({ signal }) =>
      changedFromOriginal(edit?.original.url ?? "", made?.url ?? "", kept?.url ?? "", signal),
    enabled: edit !== undefined && made !== undefined && kept !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  }).data;
  if (changed === undefined || changed === null) return null;
  return <p className="text-soft">{more.changedOutside(changed)}</p>;
}
