import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { ReactNode } from "react";
import { faultLine } from "../language/fault.ts";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Sentence } from "../ui/sentence.tsx";
import type { Picture } from "./pictures.ts";
import { useGalleryWords } from "./words.ts";
import { downloadZip } from "./zip.ts";

/** The things that can be done to all selected pictures at once. */
export function SelectionBar({
  pictures,
  onKeep,
  onRemove,
  onClear,
}: {
  readonly pictures: readonly Picture[];
  readonly onKeep: () => void;
  readonly onRemove: (ids: readonly string[]) => void;
  readonly onClear: () => void;
}): ReactNode {
  const { close } = useWords();
  const words = useGalleryWords();
  const navigate = useNavigate();
  const { isPacking, fault, pack } = usePacking();
  if (pictures.length === 0) return null;
  const ids = pictures.map(({ id }) => id);
  const [a, b] = ids;
  return (
    <div
      role="region"
      aria-label={words.selection}
      className="fixed inset-x-2 bottom-18 z-10 mx-auto flex max-w-fit flex-col rounded-panel border border-line bg-raised shadow-float phone:bottom-6"
    >
      {fault === undefined ? null : (
        <p role="alert" className="max-w-md px-4 pt-3 text-label text-bad">
          <Sentence text={fault} />
        </p>
      )}
      <div className="flex flex-wrap items-center gap-1 p-2 pl-4">
        <span className="pr-2 font-medium">{words.selected(pictures.length)}</span>
        <Button kind="quiet" onPress={onKeep}>
          {words.keep}
        </Button>
        <Button kind="quiet" isPending={isPacking} onPress={() => void pack(ids)}>
          {words.zip}
        </Button>
        {pictures.length === 2 && a !== undefined && b !== undefined ? (
          <Button
            kind="quiet"
            onPress={() => void navigate({ to: "/gallery/compare", search: { a: b, b: a } })}
          >
            {words.compare}
          </Button>
        ) : null}
        <Button
          kind="quiet"
          onPress={() => void navigate({ to: "/make", search: { from: ids.join() } })}
        >
          {words.useAsInput}
        </Button>
        <Button kind="quiet" onPress={() => onRemove(ids)}>
          {words.delete}
        </Button>
        <Button kind="quiet" isSquare aria-label={close} onPress={onClear}>
          <Icon name="close" size={16} />
        </Button>
      </div>
    </div>
  );
}

/** The making of an archive: it may take a while, and be refused. */
function usePacking() {
  const words = useWords();
  const [isPacking, setPacking] = useState(false);
  const [fault, setFault] = useState<string>();
  const pack = async (ids: readonly string[]): Promise<void> => {
    setPacking(true);
    setFault(undefined);
    try {
      await downloadZip(ids);
    } catch (thrown) {
      setFault(faultLine(words, thrown));
    }
    setPacking(false);
  };
  return { isPacking, fault, pack };
}
