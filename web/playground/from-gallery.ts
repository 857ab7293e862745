import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { pictureQuery } from "../gallery/pictures.ts";
import { type DraftPictures, draftPicture } from "./draft-pictures.ts";

/** Takes the pictures of the gallery that the address names into the draft, and out of the address: each once. Returns how many of them are here no longer. */
export function useFromGallery(onAdd: DraftPictures["add"]): number {
  const { from } = useSearch({ from: "/inside/make" });
  const navigate = useNavigate({ from: "/make" });
  const queries = useQueryClient();
  const taken = useRef<string>(undefined);
  const [gone, setGone] = useState(0);
  useEffect(() => {
    if (from === undefined || taken.current === from) return;
    taken.current = from;
    void navigate({ search: ({ from: _taken, ...rest }) => rest, replace: true });
    const take = async (id: string): Promise<void> => {
      const { url, format } = await queries.fetchQuery(pictureQuery(id));
      const blob = await (await fetch(url)).blob();
      onAdd([draftPicture(`picture.${format}`, blob, id)]);
    };
    void Promise.allSettled(from.split(",").map(take)).then((all) =>
      setGone(all.filter(({ status }) => status === "rejected").length),
    );
  }, [from, navigate, queries, onAdd]);
  return gone;
}
