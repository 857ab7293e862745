import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { Question } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { Message } from "../ui/message.tsx";
import { MaskCanvas } from "./canvas.tsx";
import { type Editing, useEditing } from "./editing.ts";
import { useMaskKeys } from "./keys.ts";
import { loadMask } from "./load.ts";
import { type Mask, finishMask } from "./mask.ts";
import type { Size } from "./selection.ts";
import { MaskSettings } from "./settings.tsx";
import { SizeBar, ToolBar, sizeWords } from "./tool-bar.tsx";
import { useViewing } from "./viewing.ts";

interface EditorProps {
  readonly picture: {
    readonly id: string;
    readonly name: string;
    readonly blob: Blob;
    readonly url: string;
    readonly mask?: Mask | undefined;
  };
  readonly onDone: (mask: Mask) => void;
  readonly onCancel: () => void;
}

/** The mask editor, over the whole page: what is selected in the picture may change, the rest stays. */
export function MaskEditor({ picture, onDone, onCancel }: EditorProps): ReactNode {
  const words = useWords().mask;
  const size = useQuery({
    queryKey: ["picture-size", picture.id],
    queryFn: () => sizeOf(picture.blob),
    retry: false,
    staleTime: Infinity,
  });
  return (
    <ModalOverlay isOpen isKeyboardDismissDisabled className="fixed inset-0 z-20 bg-ground">
      <Modal className="h-dvh w-full">
        <Dialog
          aria-label={words.title(picture.name)}
          className="flex h-full flex-col outline-none"
        >
          {size.data === undefined ? (
            <div className="m-auto flex flex-col items-center gap-4 p-6">
              {size.error === null ? (
                <Aperture size={48} busy />
              ) : (
                <Message tone="bad" title={words.unreadablePicture} />
              )}
              <Button onPress={onCancel}>{words.cancel}</Button>
            </div>
          ) : (
            <Editor picture={picture} size={size.data} onDone={onDone} onCancel={onCancel} />
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

async function sizeOf(blob: Blob): Promise<Size> {
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}

/** Files that are dropped or chosen, and saved. */
function useMaskFiles(editing: Editing, name: string) {
  const words = useWords().mask;
  const [fault, setFault] = useState<string>();
  return {
    fault,
    async load(file: File): Promise<void> {
      const loaded = await loadMask(file, editing.size);
      if ("cells" in loaded) {
        setFault(undefined);
        editing.load(loaded);
      } else if (loaded.fault === "size")
        setFault(words.otherSize(sizeWords(loaded.size), sizeWords(editing.size)));
      else setFault(words.unreadable);
    },
    async save(): Promise<void> {
      const { png } = await finishMask(editing.history, editing.settings, editing.strength);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(png);
      link.download = `${name.replace(/\.[^.]*$/, "")}-mask.png`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    },
  };
}

function Editor({
  picture,
  size,
  onDone,
  onCancel,
}: EditorProps & { readonly size: Size }): ReactNode {
  const words = useWords().mask;
  const editing = useEditing(size, picture.mask);
  const viewing = useViewing(size);
  const files = useMaskFiles(editing, picture.name);
  const moves = useMaskKeys(editing, viewing);
  const [isOpen, setOpen] = useState(false);
  return (
    <div
      className="flex min-h-0 flex-1 flex-col"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const [file] = event.dataTransfer.files;
        if (file !== undefined) void files.load(file);
      }}
    >
      <Head picture={picture} editing={editing} onDone={onDone} onCancel={onCancel} />
      <div className="flex min-h-0 flex-1 flex-col-reverse phone:flex-row">
        <ToolBar editing={editing} />
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <MaskCanvas url={picture.url} editing={editing} viewing={viewing} moves={moves} />
          <SizeBar editing={editing} viewing={viewing} />
        </div>
        <aside
          aria-label={words.settings}
          className={classNames(
            "shrink-0 overflow-y-auto border-line p-4 max-phone:order-first phone:block phone:w-80 phone:border-l",
            isOpen ? "max-h-[45dvh] border-t phone:max-h-none" : "hidden",
          )}
        >
          <MaskSettings
            editing={editing}
            fault={files.fault}
            onLoad={(file) => void files.load(file)}
            onSave={() => void files.save()}
          />
        </aside>
      </div>
      <div className="flex justify-center border-t border-line px-4 pt-1 pb-[max(0.25rem,env(safe-area-inset-bottom))] phone:hidden">
        <Button kind="quiet" aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
          <Icon name="settings" size={16} />
          {isOpen ? words.fewer : words.more}
        </Button>
      </div>
    </div>
  );
}

/** Lets Esc be the button that cancels, where nothing else is open that it closes. */
function useEscape(cancel: () => void): void {
  const latest = useRef(cancel);
  latest.current = cancel;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const isOver = document.querySelectorAll("[role=dialog],[role=alertdialog]").length > 1;
      if (event.key === "Escape" && !event.defaultPrevented && !isOver) latest.current();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

/** The picture that is masked and how much of it, and the two ways out. */
function Head({
  picture,
  editing,
  onDone,
  onCancel,
}: EditorProps & { readonly editing: Editing }): ReactNode {
  const words = useWords().mask;
  const [asks, setAsks] = useState(false);
  const [isFinishing, setFinishing] = useState(false);
  const cancel = (): void => (editing.isChanged ? setAsks(true) : onCancel());
  useEscape(cancel);
  const done = async (): Promise<void> => {
    setFinishing(true);
    onDone(await finishMask(editing.history, editing.settings, editing.strength));
  };
  return (
    <header className="flex items-center gap-3 border-b border-line px-4 py-2">
      <Button kind="quiet" onPress={cancel}>
        {words.cancel}
      </Button>
      <div className="flex min-w-0 flex-1 flex-col items-center">
        <Heading
          slot="title"
          title={words.title(picture.name)}
          className="line-clamp-2 max-w-full text-center font-semibold break-words"
        >
          {words.title(picture.name)}
        </Heading>
        <p role="status" className="truncate text-label text-soft">
          {sizeWords(editing.size)} · {words.selected(editing.share)}
        </p>
      </div>
      <Button kind="main" isPending={isFinishing} onPress={() => void done()}>
        {words.done}
      </Button>
      <Question
        title={words.leave}
        isOpen={asks}
        onClose={() => setAsks(false)}
        action={
          <Button kind="danger" onPress={onCancel}>
            {words.leaveAction}
          </Button>
        }
      >
        {words.leaveMeans}
      </Question>
    </header>
  );
}
