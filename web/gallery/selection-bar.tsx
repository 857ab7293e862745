import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components";
import { faultLine } from "../language/fault.ts";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
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
      className="fixed inset-x-2 bottom-18 z-10 mx-auto flex flex-col phone:max-w-fit rounded-panel border border-line bg-raised shadow-float phone:bottom-6"
    >
      {fault === undefined ? null : (
        <p role="alert" className="max-w-md px-4 pt-3 text-label text-bad">
          <Sentence text={fault} />
        </p>
      )}
      <div className="flex flex-wrap items-center gap-x-2 p-2 pl-4">
        <span className="flex-1 font-medium whitespace-nowrap">
          {words.selected(pictures.length)}
        </span>
        <div className="order-last flex basis-full justify-between phone:order-none phone:basis-auto">
          <Deed icon="star" onPress={onKeep}>
            {words.keep}
          </Deed>
          <Deed icon="download" isPending={isPacking} onPress={() => void pack(ids)}>
            {words.zip}
          </Deed>
          {pictures.length === 2 && a !== undefined && b !== undefined ? (
            <Deed
              icon="compare"
              onPress={() => void navigate({ to: "/gallery/compare", search: { a: b, b: a } })}
            >
              {words.compare}
            </Deed>
          ) : null}
          <Deed
            icon="playground"
            onPress={() => void navigate({ to: "/make", search: { from: ids.join() } })}
          >
            {words.useAsInput}
          </Deed>
          <Deed icon="trash" onPress={() => onRemove(ids)}>
            {words.delete}
          </Deed>
        </div>
        <Button kind="quiet" isSquare aria-label={close} onPress={onClear}>
          <Icon name="close" size={16} />
        </Button>
      </div>
    </div>
  );
}

/** One of the things to do: its sign with its word, which stands below it on a phone. */
function Deed({
  icon,
  isPending = false,
  onPress,
  children,
}: {
  readonly icon: IconName;
  readonly isPending?: boolean;
  readonly onPress: () => void;
  readonly children: string;
}): ReactNode {
  return (
    <AriaButton
      isPending={isPending}
      onPress={onPress}
      className="flex min-h-12 min-w-0 flex-1 flex-col items-center gap-1 rounded-control px-1.5 py-1 text-center text-label leading-tight text-soft hover:bg-sunk hover:text-ink phone:min-h-9 phone:flex-none phone:flex-row phone:gap-2 phone:px-3 phone:text-body phone:whitespace-nowrap"
    >
      {isPending ? <Aperture size={16} busy /> : <Icon name={icon} size={16} />}
      {children}
    </AriaButton>
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
