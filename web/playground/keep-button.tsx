import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { pictureQuery } from "../gallery/pictures.ts";
import { useSaving } from "../gallery/saving.ts";
import { minutesUntil } from "../gallery/tile.tsx";
import { useGalleryWords } from "../gallery/words.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Message } from "../ui/message.tsx";

/** Looks at a picture that was told a moment before its record was written. */
const looksMax = 8;
const lookAgainMs = 250;

/** Keeps a made picture, or lets it go; says when it is gone otherwise. Nothing where the gallery does not have it. */
export function KeepButton({ id }: { readonly id: string }): ReactNode {
  const words = useGalleryWords();
  const saving = useSaving();
  const { data } = useQuery({ ...pictureQuery(id), retry: looksMax, retryDelay: lookAgainMs });
  if (data === undefined) return null;
  const { saved, expires_at: until } = data;
  return (
    <>
      <Button onPress={() => void saving.save([id], !saved)} aria-pressed={saved}>
        <span className={saved ? "text-accent [&_path]:fill-current" : ""}>
          <Icon name="star" size={16} />
        </span>
        {saved ? words.kept : words.keep}
      </Button>
      {until === null ? null : (
        <span className="text-label text-soft">{words.goneIn(minutesUntil(until))}</span>
      )}
      {saving.fault === undefined ? null : (
        <div className="order-last w-full">
          <Message tone="warn" title={saving.fault} />
        </div>
      )}
    </>
  );
}
