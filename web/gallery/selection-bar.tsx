import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { type Picture, downloadZip } from "./pictures.ts";
import { useRemoving } from "./removing.tsx";

/** The things that can be done to all selected pictures at once. */
export function SelectionBar({
  pictures,
  onKeep,
  onClear,
}: {
  readonly pictures: readonly Picture[];
  readonly onKeep: (ids: readonly string[]) => void;
  readonly onClear: () => void;
}): ReactNode {
  const words = useWords();
  const navigate = useNavigate();
  const removing = useRemoving();
  const [isPacking, setPacking] = useState(false);
  const [fault, setFault] = useState<string>();
  if (pictures.length === 0) return null;
  const ids = pictures.map(({ id }) => id);
  const pack = async (): Promise<void> => {
    setPacking(true);
    setFault(undefined);
    try {
      await downloadZip(ids);
    } catch (thrown) {
      setFault(thrown instanceof Error ? thrown.message : String(thrown));
    }
    setPacking(false);
  };
  const [a, b] = ids;
  return (
    <div
      role="region"
      aria-label={words.gallery.selection}
      className="fixed inset-x-2 bottom-18 z-10 mx-auto flex max-w-fit flex-col rounded-panel border border-line bg-raised shadow-float phone:bottom-6"
    >
      {fault === undefined ? null : (
        <p role="alert" className="max-w-md px-4 pt-3 text-label text-bad">
          {fault}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-1 p-2 pl-4">
        <span className="pr-2 font-medium">{words.gallery.selected(pictures.length)}</span>
        <Button kind="quiet" onPress={() => onKeep(ids)}>
          {words.gallery.keep}
        </Button>
        <Button kind="quiet" isPending={isPacking} onPress={() => void pack()}>
          {words.gallery.zip}
        </Button>
        {pictures.length === 2 && a !== undefined && b !== undefined ? (
          <Button
            kind="quiet"
            onPress={() => void navigate({ to: "/gallery/compare", search: { a: b, b: a } })}
          >
            {words.gallery.compare}
          </Button>
        ) : null}
        <Button
          kind="quiet"
          onPress={() => {
            removing.remove(ids);
            onClear();
          }}
        >
          {words.gallery.delete}
        </Button>
        <Button kind="quiet" isSquare aria-label={words.close} onPress={onClear}>
          <Icon name="close" size={16} />
        </Button>
      </div>
    </div>
  );
}
