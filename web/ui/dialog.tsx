import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useWords } from "../language/language.tsx";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

/** A panel over the right half of the page; on a phone it is the page. A tap beside it closes nothing. */
export function Panel({
  title,
  isOpen,
  onClose,
  children,
}: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const { close } = useWords();
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className="fixed inset-0 z-20 flex justify-end bg-veil"
    >
      <Modal className="h-dvh w-full max-w-xl overflow-y-auto bg-ground shadow-float outline-none">
        <AriaDialog className="flex min-h-full flex-col gap-6 px-6 pt-8 pb-6 outline-none">
          <div className="flex items-center justify-between gap-4">
            <Heading slot="title" className="text-title font-[650]">
              {title}
            </Heading>
            <Button kind="quiet" isSquare onPress={onClose} aria-label={close}>
              <Icon name="close" />
            </Button>
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** A question before something that cannot be undone. */
export function Question({
  title,
  isOpen,
  onClose,
  children,
  action,
}: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** The button that does it. */
  readonly action: ReactNode;
}): ReactNode {
  const { cancel } = useWords();
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className="fixed inset-0 z-20 grid place-items-center bg-veil p-4"
    >
      <Modal className="w-full max-w-md rounded-panel bg-raised shadow-float">
        <AriaDialog role="alertdialog" className="flex flex-col gap-4 p-6 outline-none">
          <Heading slot="title" className="text-title font-[650]">
            {title}
          </Heading>
          <div className="text-soft">{children}</div>
          <div className="flex justify-end gap-2">
            <Button kind="quiet" onPress={onClose}>
              {cancel}
            </Button>
            {action}
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
