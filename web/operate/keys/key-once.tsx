import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import { modelsQuery } from "../../playground/models.ts";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { CopyButton, CopyableCode } from "../../ui/copyable.tsx";
import { Message } from "../../ui/message.tsx";
import { codes } from "../../watch/code-text.ts";
import type { KeyWithSecret } from "./keys.ts";
import { useKeyWords } from "./words.ts";

/** The key itself, shown this once, and a first request with it. */
export function KeyOnce({
  made,
  onClose,
}: {
  readonly made: KeyWithSecret;
  readonly onClose: () => void;
}): ReactNode {
  const words = useKeyWords();
  return (
    <div className="flex flex-col gap-5">
      <Message tone="warn" title={words.once} />
      <CopyableCode text={made.key} />
      <FirstRequest models={made.models} />
      <div className="flex justify-end">
        <Button kind="main" onPress={onClose}>
          {words.haveIt}
        </Button>
      </div>
    </div>
  );
}

/** A first request with the key as code, for a model that it may use. */
function FirstRequest({ models }: Pick<KeyWithSecret, "models">): ReactNode {
  const words = useKeyWords();
  const [way, setWay] = useState("curl");
  const served = useQuery(modelsQuery).data;
  const model = models.find((name) => !name.endsWith("*")) ?? served?.[0]?.id;
  const fields = { ...(model === undefined ? {} : { model }), prompt: "A fox in the snow" };
  const code = codes[way]?.({ fields, images: 0, hasMask: false }) ?? "";
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Choice
          isBar
          label={words.first}
          value={way}
          options={Object.keys(codes).map((value) => ({ value, text: value }))}
          onChange={setWay}
        />
        <CopyButton key={way} text={code} />
      </div>
      <pre
        tabIndex={0}
        aria-label={way}
        className="overflow-x-auto rounded-control bg-sunk p-3 font-mono text-label"
      >
        {code}
      </pre>
    </div>
  );
}
