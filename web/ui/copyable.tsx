import { useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Button } from "./button.tsx";
import { copyText } from "./copy-text.ts";

/** Text of one line to be taken elsewhere, as code with the button that copies it. */
export function CopyableCode({ text }: { readonly text: string }): ReactNode {
  return (
    <div className="flex items-center gap-2">
      <code className="min-w-0 flex-1 rounded-control bg-sunk px-3 py-2 font-mono text-label wrap-anywhere">
        {text}
      </code>
      <CopyButton text={text} />
    </div>
  );
}

/** The button that copies a text, and says once it has. */
export function CopyButton({ text }: { readonly text: string }): ReactNode {
  const { copy, copied } = useWords();
  const [isCopied, setCopied] = useState(false);
  return (
    <Button onPress={() => void copyText(text).then(() => setCopied(true))}>
      {isCopied ? copied : copy}
    </Button>
  );
}
