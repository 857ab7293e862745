import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { Dialog, Modal, ModalOverlay } from "react-aria-components";
import type { Role } from "../api/session.ts";
import { groupsOf } from "../frame/places.ts";
import { classNames } from "../ui/class-names.ts";
import { Icon } from "../ui/icon.tsx";
import { type Entry, matching, useEntries } from "./entries.ts";
import { usePaletteWords } from "./words.ts";

const listId = "palette-list";
const optionId = (at: number): string => `palette-${at}`;

/** The command palette: pages, models, recent requests and deeds, found by their words. */
export function Palette({
  role,
  onClose,
  onSheet,
}: {
  readonly role: Role;
  readonly onClose: () => void;
  readonly onSheet: () => void;
}): ReactNode {
  const words = usePaletteWords();
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className="fixed inset-0 z-30 flex items-start justify-center bg-veil p-4 phone:pt-[12dvh]"
    >
      <Modal className="w-full max-w-xl rounded-panel bg-raised shadow-float">
        <Dialog aria-label={words.title} className="outline-none">
          <Finder role={role} onClose={onClose} onSheet={onSheet} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Finder({
  role,
  onClose,
  onSheet,
}: {
  readonly role: Role;
  readonly onClose: () => void;
  readonly onSheet: () => void;
}): ReactNode {
  const words = usePaletteWords();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const entries = matching(useEntries(role, onSheet), typed, useRequestById(role));
  const at = Math.min(chosen, entries.length - 1);
  const run = (entry: Entry | undefined): void => {
    if (entry === undefined) return;
    onClose();
    entry.run();
  };
  const press = (event: KeyboardEvent): void => {
    const to = stepOf(event, at, entries.length);
    // Enter that ends a word of an input method is not meant for the list.
    if (event.key === "Enter" && !event.nativeEvent.isComposing) run(entries[at]);
    else if (to === undefined) return;
    else setChosen(to);
    event.preventDefault();
  };
  return (
    <>
      <div className="flex items-center gap-3 border-b border-line px-4 text-soft">
        <Icon name="search" />
        <input
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-autocomplete="list"
          aria-label={words.field}
          {...(entries.length === 0 ? {} : { "aria-activedescendant": optionId(at) })}
          placeholder={words.field}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setTyped(event.target.value);
            setChosen(0);
          }}
          onKeyDown={press}
          className="min-h-13 w-full bg-transparent text-ink outline-none placeholder:text-soft"
        />
      </div>
      <List entries={entries} at={at} onRun={run} />
      <p role="status" className="sr-only">
        {words.count(entries.length)}
      </p>
      <p className="border-t border-line px-4 py-2 text-label text-soft pointer-coarse:hidden">
        {words.keys}
      </p>
    </>
  );
}

/** The place that a key leads to; undefined: the key is no step. */
function stepOf({ key }: KeyboardEvent, at: number, count: number): number | undefined {
  if (count === 0) return undefined;
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count;
    case "ArrowUp":
      return (at + count - 1) % count;
    case "PageDown":
      return Math.min(count - 1, at + 8);
    case "PageUp":
      return Math.max(0, at - 8);
    default:
      return undefined;
  }
}

function List({
  entries,
  at,
  onRun,
}: {
  readonly entries: readonly Entry[];
  readonly at: number;
  readonly onRun: (entry: Entry) => void;
}): ReactNode {
  const words = usePaletteWords();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [at, entries]);
  if (entries.length === 0) return <p className="px-4 py-6 text-soft">{words.none}</p>;
  return (
    <ul
      id={listId}
      ref={list}
      role="listbox"
      aria-label={words.title}
      className="max-h-[50dvh] overflow-y-auto p-1"
    >
      {entries.map((entry, place) => (
        <li
          key={entry.id}
          id={optionId(place)}
          role="option"
          aria-selected={place === at}
          onClick={() => onRun(entry)}
          className={classNames(
            "flex min-h-10 items-center gap-3 rounded-control px-3 hover:bg-sunk pointer-coarse:min-h-11",
            "aria-selected:bg-sunk forced-colors:aria-selected:outline-2 forced-colors:aria-selected:-outline-offset-2",
          )}
        >
          <span className="text-soft">
            <Icon name={entry.icon} />
          </span>
          <span title={entry.text} className="line-clamp-2 min-w-0 flex-1 break-words">
            {entry.text}
          </span>
          <span className="max-w-1/2 text-right text-label wrap-anywhere text-soft">
            {entry.note ?? words.groups[entry.group]}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The entry for an id that was pasted, where the role sees requests. */
function useRequestById(role: Role): (id: string) => Entry | undefined {
  const router = useRouter();
  const words = usePaletteWords();
  const mayWatch = groupsOf(role).some(({ places }) =>
    places.some(({ path }) => path === "/requests"),
  );
  return (id) => {
    if (!mayWatch) return undefined;
    const run = (): void => void router.navigate({ to: "/requests/$id", params: { id } });
    return { id, group: "requests", text: words.request(id), icon: "requests", run };
  };
}
