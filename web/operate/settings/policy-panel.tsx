import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTold } from "../../language/language.tsx";
import type { Session } from "../../api/session.ts";
import { servedModelsQuery } from "../../models/served-models.ts";
import { SidePanel } from "../../ui/side-panel.tsx";
import { Field } from "../../ui/field.tsx";
import { Message } from "../../ui/message.tsx";
import { Select } from "../../ui/select.tsx";
import { EditForm } from "../editing/edit-form.tsx";
import { type Editing, useEditing } from "../editing/editing.ts";
import { useEditingWords } from "../editing/words.ts";
import {
  type PolicyEntry,
  type PolicyFields,
  type PolicyId,
  policiesQuery,
  policyEdition,
  savePolicy,
} from "./policies.ts";
import { settingsQuery, useSettingsWords } from "./settings.ts";

/** The panel in which a policy is set, changed and taken away; one of the file is shown with its line. */
export function PolicyPanel({
  id,
  policy,
  usual,
  caller,
  onClose,
}: {
  readonly id: PolicyId;
  /** Undefined: nobody sets it. */
  readonly policy: PolicyEntry | undefined;
  /** The value that counts where nobody sets it. */
  readonly usual: string | undefined;
  readonly caller: Session["caller"];
  readonly onClose: () => void;
}): ReactNode {
  const { policies: words } = useSettingsWords();
  const told = useEditingWords();
  const said = useTold();
  const queries = useQueryClient();
  const editing = useEditing<PolicyFields>({
    draft: `${caller.id}.policy.${id}`,
    standing: policyEdition(policy),
    async save(_, all) {
      await savePolicy(id, all);
      const changed = [policiesQuery.queryKey, settingsQuery.queryKey, servedModelsQuery.queryKey];
      await Promise.all(changed.map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
    readCurrent: (current) => policyEdition(current as PolicyEntry),
    onSaved: onClose,
  });
  const declared = policy?.declared_at ?? null;
  return (
    <SidePanel title={words.names[id]} onClose={onClose}>
      <EditForm
        editing={editing}
        nameOf={() => words.names[id]}
        shown={(value) => words.values[String(value)] ?? String(value)}
        params={["value"]}
        isReadOnly={declared !== null}
      >
        {declared === null ? null : (
          <Message tone="info" title={told.ofFile(said(declared))}>
            {told.ofFileMeans}
          </Message>
        )}
        <p className="text-soft">{words.means[id]}</p>
        {declared === null ? (
          <Value id={id} usual={usual} editing={editing} />
        ) : (
          <p className="font-medium">
            {words.values[editing.fields.value] ?? editing.fields.value}
          </p>
        )}
      </EditForm>
    </SidePanel>
  );
}

function Value({
  id,
  usual,
  editing: { fields, set, faultAt },
}: {
  readonly id: PolicyId;
  readonly usual: string | undefined;
  readonly editing: Editing<PolicyFields>;
}): ReactNode {
  const { policies: words } = useSettingsWords();
  const models = useQuery(servedModelsQuery);
  const usualText = usual === undefined ? words.none : (words.values[usual] ?? usual);
  if (id === "repeat_window")
    return (
      <Field
        label={words.value}
        hint={words.windowHint}
        placeholder={usualText}
        value={fields.value}
        onChange={(value) => set({ value })}
        error={faultAt("value")}
      />
    );
  const choices =
    id === "default_model"
      ? (models.data ?? []).map((model) => model.id)
      : id === "style"
        ? ["drop", "prompt"]
        : ["true", "false"];
  // One that is served no more stands until another is chosen.
  const all =
    choices.includes(fields.value) || fields.value === "" ? choices : [fields.value, ...choices];
  return (
    <Select
      label={words.value}
      value={fields.value}
      options={[
        { id: "", text: words.notSet(usualText) },
        ...all.map((value) => ({ id: value, text: words.values[value] ?? value })),
      ]}
      onChange={(value) => set({ value })}
      error={faultAt("value")}
    />
  );
}
