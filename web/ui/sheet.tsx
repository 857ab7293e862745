import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useWords } from "../language/language.tsx";
import { Button } from "./button.tsx";

/** A sheet from the lower edge of a phone, with its way out always in sight. A tap beside it closes nothing. */
export function Sheet({
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
  const { mask } = useWords();
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className="fixed inset-0 z-20 flex flex-col justify-end bg-veil"
    >
      <Modal className="max-h-[85dvh] w-full overflow-y-auto rounded-t-panel bg-ground shadow-float outline-none">
        <Dialog className="flex flex-col gap-5 px-4 pb-[max(1.5rem,env(safe-area-inset-bottom))] outline-none">
          <div className="sticky top-0 z-1 -mx-4 flex items-center justify-between gap-4 border-b border-line bg-ground px-4 py-2">
            <Heading slot="title" className="font-semibold">
              {title}
            </Heading>
            <Button kind="main" onPress={onClose}>
              {mask.done}
            </Button>
          </div>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
