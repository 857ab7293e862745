import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button, buttonLooks } from "../ui/button.tsx";
import { clearGround, groundOf } from "../ui/ground.ts";
import { Icon } from "../ui/icon.tsx";
import { LongText } from "../ui/long-text.tsx";
import { Message } from "../ui/message.tsx";
import { Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";
import { type Picture, galleryQuery, pictureQuery } from "./pictures.ts";
import { FamilyStrip } from "./family-strip.tsx";
import { usePictureKeys } from "./picture-keys.ts";
import { useRemoving } from "./removing.tsx";
import { useSaving } from "./saving.ts";
import { useSelection } from "./selection.tsx";
import { minutesUntil } from "./tile.tsx";
import { namedFields, useWaysOn } from "./ways-on.ts";
import { useGalleryWords } from "./words.ts";

/** One picture as large as fits, its neighbours within the filter, and what it was made of. */
export function PicturePage(): ReactNode {
  const { loading } = useWords();
  const words = useGalleryWords();
  const { picture: id } = useParams({ from: "/inside/gallery/$picture" });
  const search = useSearch({ from: "/inside/gallery/$picture" });
  const picture = useQuery(pictureQuery(id));
  const { next, previous, go } = useNeighbours(id);
  const { lastSeen } = useSelection();
  useEffect(() => {
    lastSeen.current = id;
  }, [id, lastSeen]);
  return (
    <Page
      title={words.picture}
      action={
        <div className="flex gap-1">
          <Button
            isSquare
            aria-label={words.newer}
            isDisabled={previous === undefined}
            onPress={() => go(previous)}
          >
            <Icon name="fold" />
          </Button>
          <Button
            isSquare
            aria-label={words.older}
            isDisabled={next === undefined}
            onPress={() => go(next)}
          >
            <Icon name="unfold" />
          </Button>
          <Link
            to="/gallery"
            search={search}
            aria-label={words.back}
            title={words.back}
            className={buttonLooks("quiet", true)}
          >
            <Icon name="close" />
          </Link>
        </div>
      }
    >
      {picture.error === null ? null : <Problem error={picture.error} />}
      {picture.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {picture.data === undefined ? null : (
        <Shown
          picture={picture.data}
          onStep={(by) => go(by === 1 ? next : previous)}
          onDeleted={() => go(next ?? previous, true)}
        />
      )}
    </Page>
  );
}

/** The pictures before and after within the filter. */
function useNeighbours(id: string) {
  const search = useSearch({ from: "/inside/gallery/$picture" });
  const navigate = useNavigate();
  const removing = useRemoving();
  const gallery = useInfiniteQuery(galleryQuery(search));
  const pages = gallery.data?.pages;
  const ids = useMemo(
    () =>
      (pages ?? [])
        .flatMap(({ data }) => data.map((one) => one.id))
        .filter((one) => one === id || !removing.ids.has(one)),
    [pages, id, removing.ids],
  );
  const place = ids.indexOf(id);
  const next = place < 0 ? undefined : ids[place + 1];
  const previous = place < 1 ? undefined : ids[place - 1];
  const isLast = place === ids.length - 1;
  const { hasNextPage, fetchNextPage } = gallery;
  useEffect(() => {
    if (isLast && hasNextPage) void fetchNextPage();
  }, [isLast, hasNextPage, fetchNextPage]);
  const go = (to: string | undefined, leavesForGood = false): void => {
    if (to !== undefined)
      void navigate({ to: "/gallery/$picture", params: { picture: to }, search, replace: true });
    else if (leavesForGood) void navigate({ to: "/gallery", search });
  };
  return { next, previous, go };
}

/** The picture as large as it fits, also while it is on its way. */
function Large({ picture }: { readonly picture: Picture }): ReactNode {
  const { url, prompt, width, height, colour } = picture;
  return (
    <img
      src={url}
      alt={prompt}
      style={{
        width: `min(100%, ${width}px, calc(78dvh * ${width / height}))`,
        aspectRatio: width / height,
        ...groundOf(colour),
      }}
      onLoad={clearGround}
      className="rounded-picture object-contain transition-opacity duration-[240ms] starting:opacity-0"
    />
  );
}

function Shown({
  picture,
  onStep,
  onDeleted,
}: {
  readonly picture: Picture;
  readonly onStep: (by: 1 | -1) => void;
  readonly onDeleted: () => void;
}): ReactNode {
  const words = useGalleryWords();
  const removing = useRemoving();
  const saving = useSaving();
  const search = useSearch({ from: "/inside/gallery/$picture" });
  const navigate = useNavigate();
  const { id, saved, expires_at: until } = picture;
  const save = (): void => void saving.save([id], !saved);
  const remove = (): void => {
    removing.remove([id]);
    onDeleted();
  };
  usePictureKeys({
    next: () => onStep(1),
    previous: () => onStep(-1),
    save,
    remove,
    close: () => void navigate({ to: "/gallery", search }),
  });
  return (
    <div className="flex flex-col gap-6 wide:flex-row wide:flex-wrap">
      <div className="grid min-w-0 flex-1 place-items-center wide:basis-80 self-start rounded-panel bg-sunk p-3">
        <Large key={id} picture={picture} />
      </div>
      <div className="flex w-full shrink-0 flex-col gap-5 wide:w-88 wide:max-w-full">
        <Deeds picture={picture} onSave={save} onRemove={remove} />
        {saving.fault === undefined ? null : <Message tone="warn" title={saving.fault} />}
        {until === null ? null : (
          <p className="text-label text-soft">{words.goneIn(minutesUntil(until))}</p>
        )}
        <Facts picture={picture} />
        <FamilyStrip picture={picture} />
      </div>
    </div>
  );
}

/** Keeping, downloading and deleting. */
function Deeds({
  picture: { id, url, saved, format },
  onSave,
  onRemove,
}: {
  readonly picture: Picture;
  readonly onSave: () => void;
  readonly onRemove: () => void;
}): ReactNode {
  const words = useGalleryWords();
  return (
    <div className="flex flex-wrap gap-2">
      <Button kind={saved ? "plain" : "main"} onPress={onSave} aria-pressed={saved}>
        <span className={saved ? "text-accent [&_path]:fill-current" : ""}>
          <Icon name="star" size={16} />
        </span>
        {saved ? words.kept : words.keep}
      </Button>
      <a href={url} download={`${id}.${format}`} className={buttonLooks("plain")}>
        <Icon name="download" size={16} />
        {words.download}
      </a>
      <Button kind="danger" onPress={onRemove}>
        {words.delete}
      </Button>
    </div>
  );
}

function RequestLink({ id }: { readonly id: string }): ReactNode {
  return (
    <Link to="/requests/$id" params={{ id }} className="break-all underline hover:text-accent">
      {id}
    </Link>
  );
}

/** The words that a picture was made of, and the ways to use them again. */
function Facts({ picture }: { readonly picture: Picture }): ReactNode {
  const words = useGalleryWords();
  const ways = useWaysOn(picture);
  const { seed, prompt, model } = picture;
  const { lang, playground } = useWords();
  const facts: readonly (readonly [string, ReactNode])[] = [
    [words.model, model],
    [words.size, `${picture.width} × ${picture.height}`],
    ...Object.entries(namedFields(picture))
      .filter(([name]) => name !== "size")
      .map(([name, value]) => [words.names[name] ?? name, value] as const),
    [words.seed, seed],
    [words.made, new Date(picture.created_at).toLocaleString(lang)],
    [words.request, <RequestLink key="request" id={picture.request_id} />],
  ];
  return (
    <>
      <LongText text={prompt} label={playground.prompt} />
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 text-label">
        {facts.map(([name, value]) =>
          value === undefined ? null : (
            <div key={name} className="contents">
              <dt className="text-soft">{name}</dt>
              <dd className="min-w-0 break-words">{value}</dd>
            </div>
          ),
        )}
      </dl>
      <div className="flex flex-wrap gap-2">
        {ways.map((way) =>
          "link" in way ? (
            <Link key={way.text} {...way.link} className={buttonLooks("plain")}>
              {way.text}
            </Link>
          ) : (
            <Button key={way.text} onPress={way.use}>
              {way.text}
            </Button>
          ),
        )}
      </div>
    </>
  );
}
