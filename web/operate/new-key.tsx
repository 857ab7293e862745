import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import { Form } from "react-aria-components";
import { ApiError } from "../api/ask.ts";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { Choice } from "../ui/choice.tsx";
import { Panel } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Message } from "../ui/message.tsx";
import { createKey, keysQuery } from "./keys.ts";

/** The panel in which a key is made; it ends with the key itself, shown this once. */
export function NewKeyPanel({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const words = useWords().keys;
  const [secret, setSecret] = useState<string>();
  const close = (): void => {
    setSecret(undefined);
    onClose();
  };
  return (
    <Panel title={words.create} isOpen={isOpen} onClose={close}>
      {secret === undefined ? (
        <NewKeyForm onMade={setSecret} />
      ) : (
        <Secret secret={secret} onClose={close} />
      )}
    </Panel>
  );
}

function NewKeyForm({ onMade }: { readonly onMade: (secret: string) => void }): ReactNode {
  const words = useWords().keys;
  const [name, setName] = useState("");
  const [models, setModels] = useState("*");
  const [usd, setUsd] = useState("");
  const [period, setPeriod] = useState("month");
  const making = useMaking(onMade);
  const { error } = making;
  const faultAt = (param: string): string | undefined =>
    error instanceof ApiError && error.param?.split(/[.[]/)[0] === param
      ? error.message
      : undefined;
  const isElsewhere =
    error !== null && !["name", "models", "budget"].some((param) => faultAt(param) !== undefined);
  return (
    <Form
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        making.mutate({
          name,
          models: models.split(/[\s,]+/).filter(Boolean),
          ...(usd === "" ? {} : { budget: { usd: Number(usd), period } }),
        });
      }}
    >
      {isElsewhere ? <Message tone="bad" title={error.message} /> : null}
      <Field
        label={words.name}
        hint={words.nameHint}
        value={name}
        onChange={setName}
        isRequired
        autoFocus
        error={faultAt("name")}
      />
      <Field
        label={words.models}
        hint={words.modelsHint}
        value={models}
        onChange={setModels}
        error={faultAt("models")}
      />
      <Field
        label={words.budget}
        hint={words.budgetHint}
        inputMode="decimal"
        value={usd}
        onChange={(next) => setUsd(next.replaceAll(/[^\d.]/g, ""))}
        error={faultAt("budget")}
      />
      {usd === "" ? null : (
        <Choice
          label={words.period}
          value={period}
          options={Object.entries(words.periods).map(([value, text]) => ({ value, text }))}
          onChange={setPeriod}
        />
      )}
      <div className="flex justify-end">
        <Button type="submit" kind="main" isPending={making.isPending}>
          {words.make}
        </Button>
      </div>
    </Form>
  );
}

function useMaking(onMade: (secret: string) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: createKey,
    async onSuccess({ key }) {
      await queries.invalidateQueries({ queryKey: keysQuery.queryKey });
      onMade(key);
    },
  });
}

/** The key itself, and a first request with it. */
function Secret({
  secret,
  onClose,
}: {
  readonly secret: string;
  readonly onClose: () => void;
}): ReactNode {
  const { keys: words, copy, copied } = useWords();
  const [isCopied, setCopied] = useState(false);
  const command = `curl ${location.origin}/v1/images/generations \\
  -H "Authorization: Bearer $PINHOLE_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"prompt": "A fox in the snow"}'`;
  return (
    <div className="flex flex-col gap-5">
      <Message tone="warn" title={words.once} />
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 rounded-control bg-sunk px-3 py-2 font-mono text-label break-all">
          {secret}
        </code>
        <Button
          onPress={() => {
            void navigator.clipboard.writeText(secret).then(() => setCopied(true));
          }}
        >
          {isCopied ? copied : copy}
        </Button>
      </div>
      <pre
        tabIndex={0}
        aria-label="curl"
        className="overflow-x-auto rounded-control bg-sunk p-3 font-mono text-label"
      >
        {command}
      </pre>
      <div className="flex justify-end">
        <Button kind="main" onPress={onClose}>
          {words.haveIt}
        </Button>
      </div>
    </div>
  );
}
