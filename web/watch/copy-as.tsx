import { useState } from "react";
import type { ReactNode } from "react";
import { copyText } from "../ui/copy-text.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { useWords } from "../language/language.tsx";
import { askedFields, inputsOf } from "./asked-fields.ts";
import { codes } from "./code-text.ts";
import type { WholeRequest } from "./requests.ts";
import { useWatchWords } from "./words.ts";

/** The same request as code. */
export function CopyAs({ request }: { readonly request: WholeRequest }): ReactNode {
  const words = useWatchWords().request;
  const { copied } = useWords();
  const [done, setDone] = useState<string>();
  const copy = (name: string, text: string): void => {
    void copyText(text).then(() => setDone(name));
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="text-label text-soft">{words.code}</span>
      {Object.entries(codes).map(([name, codeOf]) => (
        <Button
          key={name}
          onPress={() => copy(name, codeOf({ fields: askedFields(request), ...inputsOf(request) }))}
        >
          <Icon name={done === name ? "check" : "copy"} size={16} />
          {done === name ? copied : name}
        </Button>
      ))}
    </div>
  );
}
