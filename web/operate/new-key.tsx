import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import { useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { modelsQuery } from "../playground/models.ts";
import { Button } from "../ui/button.tsx";
import { Choice } from "../ui/choice.tsx";
import { Panel } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Message } from "../ui/message.tsx";
import { codes } from "../watch/code-text.ts";
import { EditForm } from "./editing/edit-form.tsx";
import { useEditing } from "./editing/editing.ts";
import { budgetsQuery } from "./budgets/budgets.ts";
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
  const [made, setMade] = useState<MadeKey>();
  const close = (): void => {
    setMade(undefined);
    onClose();
  };
  return (
    <Panel title={words.create} isOpen={isOpen} onClose={close}>
      {made === undefined ? (
        <NewKeyForm onMade={setMade} />
      ) : (
        <Secret made={made} onClose={close} />
      )}
    </Panel>
  );
}

interface KeyFields {
  readonly name: string;
  readonly models: string;
  readonly usd: string;
  readonly period: string;
}

const emptyKey: KeyFields = { name: "", models: "*", usd: "", period: "month" };

function NewKeyForm({ onMade }: { readonly onMade: (made: MadeKey) => void }): ReactNode {
  const words = useWords().keys;
  const queries = useQueryClient();
  const { caller } = useRouteContext({ from: "/inside" }).session;
  const editing = useEditing<KeyFields>({
    draft: `${caller.id}.key`,
    standing: { version: 0, fields: emptyKey },
    async save(_, { fields: { name, models, usd, period } }) {
      const made = await createKey({
        name,
        models: models.split(/[\s,]+/).filter(Boolean),
        ...(usd === "" ? {} : { budget: { usd: Number(usd), period } }),
      });
      await Promise.all(
        [keysQuery, budgetsQuery].map(({ queryKey }) => queries.invalidateQueries({ queryKey })),
      );
      onMade({ secret: made.key, models: made.models });
    },
    onSaved: () => undefined,
  });
  const { fields, set, faultAt } = editing;
  return (
    <EditForm
      editing={editing}
      nameOf={(field) => (field === "usd" ? words.budget : words[field])}
      params={["name", "models", "budget"]}
      create={words.make}
    >
      <Field
        label={words.name}
        hint={words.nameHint}
        value={fields.name}
        onChange={(name) => set({ name })}
        isRequired
        autoFocus
        error={faultAt("name")}
      />
      <Field
        label={words.models}
        hint={words.modelsHint}
        value={fields.models}
        onChange={(models) => set({ models })}
        error={faultAt("models")}
      />
      <Field
        label={words.budget}
        hint={words.budgetHint}
        inputMode="decimal"
        value={fields.usd}
        onChange={(next) => set({ usd: next.replaceAll(/[^\d.]/g, "") })}
        error={faultAt("budget")}
      />
      {fields.usd === "" ? null : (
        <Choice
          label={words.period}
          value={fields.period}
          options={Object.entries(words.periods).map(([value, text]) => ({ value, text }))}
          onChange={(period) => set({ period })}
        />
      )}
    </EditForm>
  );
}

/** A key that was just made, which is shown this once. */
interface MadeKey {
  readonly secret: string;
  readonly models: readonly string[];
}

/** The key itself, and a first request with it. */
function Secret({
  made: { secret, models },
  onClose,
}: {
  readonly made: MadeKey;
  readonly onClose: () => void;
}): ReactNode {
  const { keys: words, copy, copied } = useWords();
  const [isCopied, setCopied] = useState(false);
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
      <FirstRequest models={models} />
      <div className="flex justify-end">
        <Button kind="main" onPress={onClose}>
          {words.haveIt}
        </Button>
      </div>
    </div>
  );
}

/** A first request with the key as code, for a model that it may use. */
function FirstRequest({ models }: { readonly models: readonly string[] }): ReactNode {
  const words = useWords().keys;
  const [way, setWay] = useState("curl");
  const served = useQuery(modelsQuery).data;
  const model = models.find((name) => !name.endsWith("*")) ?? served?.[0]?.id;
  const fields = { ...(model === undefined ? {} : { model }), prompt: "A fox in the snow" };
  return (
    <div className="flex flex-col gap-2">
      <Choice
        isBar
        label={words.first}
        value={way}
        options={Object.keys(codes).map((value) => ({ value, text: value }))}
        onChange={setWay}
      />
      <pre
        tabIndex={0}
        aria-label={way}
        className="overflow-x-auto rounded-control bg-sunk p-3 font-mono text-label"
      >
        {codes[way]?.({ fields, images: 0, hasMask: false })}
      </pre>
    </div>
  );
}
