import { bytesWords } from "../ui/bytes.ts";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useMemo } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button, buttonLooks } from "../ui/button.tsx";
import { EmptyState, Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";
import { Filters } from "./filters.tsx";
import { Wall } from "./wall.tsx";
import { type GallerySearch, galleryQuery } from "./pictures.ts";
import { useRemoving } from "./removing.tsx";
import { lookForNewest } from "./shelf.ts";
import { useGalleryWords } from "./words.ts";

/** The pictures of the person that rest with the gateway, newest first. */
export function GalleryPage(): ReactNode {
  const { nav, loading } = useWords();
  const words = useGalleryWords();
  const search = useSearch({ from: "/inside/gallery/" });
  const removing = useRemoving();
  const wanted = useDeferredValue(search);
  const gallery = useInfiniteQuery(galleryQuery(wanted));
  useNewest(wanted);
  const pages = gallery.data?.pages;
  const pictures = useMemo(
    () => (pages ?? []).flatMap(({ data }) => data).filter(({ id }) => !removing.ids.has(id)),
    [pages, removing.ids],
  );
  const saved = pages?.at(-1)?.saved;
  return (
    <Page
      title={nav.gallery}
      state={
        saved === undefined
          ? undefined
          : words.standing(saved.pictures, bytesWords(saved.bytes), bytesWords(saved.bytes_max))
      }
    >
      <Filters search={search} />
      {gallery.error === null ? null : (
        <Problem error={gallery.error} onRetry={() => void gallery.refetch()} />
      )}
      {gallery.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {gallery.isSuccess && pictures.length === 0 ? <Empty search={search} /> : null}
      <Wall
        pictures={pictures}
        isWhole={gallery.isSuccess && !gallery.hasNextPage}
        search={search}
        onNearEnd={() => {
          if (gallery.hasNextPage && !gallery.isFetchingNextPage) void gallery.fetchNextPage();
        }}
      />
    </Page>
  );
}

/** Puts what is new into the gallery when somebody comes back to it, from another page or another window. */
function useNewest(search: GallerySearch): void {
  const queries = useQueryClient();
  useEffect(() => {
    const look = (): void => {
      // Where the gateway does not answer, what is there stays.
      if (!document.hidden) lookForNewest(queries, search).catch(() => undefined);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [queries, search]);
}

/** A gallery without pictures, or one whose filter wants none of them. */
function Empty({ search }: { readonly search: GallerySearch }): ReactNode {
  const words = useGalleryWords();
  const navigate = useNavigate({ from: "/gallery" });
  if (Object.keys(search).length > 0)
    return (
      <EmptyState
        sentence={words.noMatch}
        action={<Button onPress={() => void navigate({ search: {} })}>{words.clearFilter}</Button>}
      />
    );
  return (
    <EmptyState
      sentence={words.nothingYet}
      action={
        <Link to="/make" className={buttonLooks("main")}>
          {words.makeOne}
        </Link>
      }
      command={'pinhole generate "A fox in the snow"'}
    />
  );
}
