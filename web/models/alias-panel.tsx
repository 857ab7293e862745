import { useQueryClient } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTold } from "../language/language.tsx";
import { Act, Ask, useAct } from "../operate/editing/act.tsx";
import { EditForm } from "../operate/editing/edit-form.tsx";
import { type Edition, useEditing } from "../operate/editing/editing.ts";
import { useEditingWords } from "../operate/editing/words.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Message } from "../ui/message.tsx";
import { SidePanel } from "../ui/side-panel.tsx";
import {
  type Alias,
  aliasesQuery,
  changeAlias,
  createAlias,
  deleteAlias,
  isBuiltIn,
  servedModelsQuery,
} from "./served-models.ts";
import { useModelWords } from "./words.ts";

interface AliasFields {
  readonly id: string;
  /** Names with commas between them, in their order. */
  readonly models: string;
}

const newAlias: Edition<AliasFields> = { version: 0, fields: { id: "", models: "" } };

const editionOf = ({ version, id, models }: Alias): Edition<AliasFields> => ({
  version,
  fields: { id, models: models.join(", ") },
});

/** Names of models may have spaces in them, so commas alone stand between them. */
const namesOf = (text: string): string[] =>
  text
    .split(/[,，、\n]/)
    .map((name) => name.trim())
    .filter(Boolean);

/** The panel in which a further name for models is made, changed and deleted; one of the file is shown with its line. */
export function AliasPanel({
  alias,
  onClose,
}: {
  /** Undefined: a new one. */
  readonly alias: Alias | undefined;
  readonly onClose: () => void;
}): ReactNode {
  const words = useModelWords().aliases;
  return (
    <SidePanel title={alias?.id ?? words.create} onClose={onClose}>
      <AliasForm alias={alias} onClose={onClose} />
    </SidePanel>
  );
}

const reads = [aliasesQuery.queryKey, servedModelsQuery.queryKey];

function AliasForm({ alias, onClose }: Parameters<typeof AliasPanel>[0]): ReactNode {
  const words = useModelWords().aliases;
  const told = useEditingWords();
  const said = useTold();
  const queries = useQueryClient();
  const { caller } = useRouteContext({ from: "/inside" }).session;
  const editing = useEditing<AliasFields>({
    draft: `${caller.id}.alias.${alias?.id ?? ""}`,
    standing: alias === undefined ? newAlias : editionOf(alias),
    async save(_, { version, fields }) {
      const models = namesOf(fields.models);
      // One that is built in gives way to one that is made.
      if (version === 0) await createAlias({ id: fields.id.trim(), models });
      else await changeAlias({ id: fields.id, version }, models);
      await Promise.all(reads.map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
    readCurrent: (current) => editionOf(current as Alias),
    onSaved: onClose,
  });
  const { fields, set, faultAt } = editing;
  const place = alias === undefined || isBuiltIn(alias) ? null : alias.declared_at;
  return (
    <EditForm
      editing={editing}
      nameOf={(field) => (field === "id" ? words.name : words.models)}
      params={["id", "models"]}
      isReadOnly={place !== null}
      {...(alias === undefined ? { create: words.make } : {})}
    >
      {place === null ? null : (
        <Message tone="info" title={told.ofFile(said(place))}>
          {told.ofFileMeans}
        </Message>
      )}
      {alias?.fault ? <Message tone="bad" title={alias.fault} /> : null}
      {alias === undefined ? (
        <Field
          label={words.name}
          hint={words.nameHint}
          isRequired
          autoFocus
          value={fields.id}
          onChange={(id) => set({ id })}
          error={faultAt("id")}
        />
      ) : null}
      <Field
        label={words.models}
        hint={words.modelsHint}
        isRequired
        value={fields.models}
        onChange={(models) => set({ models })}
        error={faultAt("models")}
      />
      {alias === undefined || alias.version === 0 ? null : (
        <Removal alias={alias} onClose={onClose} />
      )}
    </EditForm>
  );
}

function Removal({
  alias,
  onClose,
}: {
  readonly alias: Alias;
  readonly onClose: () => void;
}): ReactNode {
  const words = useModelWords().aliases;
  const [isAsked, setAsked] = useState(false);
  const removing = useAct(() => deleteAlias(alias), { reads, onDone: onClose });
  return (
    <>
      <Act heading={words.removeHeading} means={words.removeMeans}>
        <Button kind="danger" onPress={() => setAsked(true)}>
          {words.removeWord}
        </Button>
      </Act>
      <Ask
        isOpen={isAsked}
        title={words.remove(alias.id)}
        word={words.removeWord}
        act={removing}
        onClose={() => setAsked(false)}
      >
        <p>{words.removeMeans}</p>
      </Ask>
    </>
  );
}
