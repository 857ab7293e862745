import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import type { Role, Session } from "../../api/session.ts";
import { useWords } from "../../language/language.tsx";
import { copyText } from "../../ui/copy-text.ts";
import { Button } from "../../ui/button.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { Field } from "../../ui/field.tsx";
import { Message } from "../../ui/message.tsx";
import { Select } from "../../ui/select.tsx";
import { EditForm } from "../editing/edit-form.tsx";
import { useEditing } from "../editing/editing.ts";
import { createToken, tokensQuery, useSettingsWords } from "./settings.ts";

interface TokenFields {
  readonly name: string;
  readonly role: Role;
  readonly team: string;
  readonly ends: string;
}

interface NewTokenProps {
  readonly caller: Session["caller"];
  readonly onClose: () => void;
}

/** The panel in which an admin token is made; it ends with the token itself, shown this once. */
export function NewToken({ caller, onClose }: NewTokenProps): ReactNode {
  const { tokens: words } = useSettingsWords();
  const [secret, setSecret] = useState<string>();
  return (
    <SidePanel title={words.create} isHeld={secret !== undefined} onClose={onClose}>
      {secret === undefined ? (
        <TokenForm caller={caller} onMade={setSecret} />
      ) : (
        <Once secret={secret} onClose={onClose} />
      )}
    </SidePanel>
  );
}

function TokenForm({
  caller,
  onMade,
}: {
  readonly caller: Session["caller"];
  readonly onMade: (token: string) => void;
}): ReactNode {
  const { tokens: words } = useSettingsWords();
  const { roles } = useWords();
  const queries = useQueryClient();
  const editing = useEditing<TokenFields>({
    draft: `${caller.id}.token`,
    standing: { version: 0, fields: { name: "", role: "operator", team: "", ends: "" } },
    async save(_, { fields: { name, role, team, ends } }) {
      const made = await createToken({
        name,
        role,
        team: role === "team_admin" && team !== "" ? team : null,
        expires_at: ends.trim() === "" ? null : ends.trim(),
      });
      await queries.invalidateQueries({ queryKey: tokensQuery.queryKey });
      onMade(made.token);
    },
    onSaved: () => undefined,
  });
  const { fields, set, faultAt } = editing;
  const mayGive = (Object.keys(roles) as Role[]).filter(
    (role) => role !== "key_holder" && (role !== "owner" || caller.role === "owner"),
  );
  return (
    <EditForm
      editing={editing}
      nameOf={(field) => words[field]}
      params={["name", "role", "team", "expires_at"]}
      create={words.make}
    >
      <Field
        label={words.name}
        isRequired
        autoFocus
        value={fields.name}
        onChange={(name) => set({ name })}
        error={faultAt("name")}
      />
      <Select
        label={words.role}
        value={fields.role}
        options={mayGive.map((role) => ({ id: role, text: roles[role] }))}
        onChange={(role) => set({ role: role as Role })}
        error={faultAt("role")}
      />
      {fields.role === "team_admin" ? (
        <Field
          label={words.team}
          value={fields.team}
          onChange={(team) => set({ team })}
          error={faultAt("team")}
        />
      ) : null}
      <Field
        label={words.ends}
        hint={words.endsHint}
        value={fields.ends}
        onChange={(ends) => set({ ends })}
        error={faultAt("expires_at")}
      />
    </EditForm>
  );
}

function Once({
  secret,
  onClose,
}: {
  readonly secret: string;
  readonly onClose: () => void;
}): ReactNode {
  const { tokens: words } = useSettingsWords();
  const { copy, copied } = useWords();
  const [isCopied, setCopied] = useState(false);
  return (
    <div className="flex flex-col gap-5">
      <Message tone="warn" title={words.once} />
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 rounded-control bg-sunk px-3 py-2 font-mono text-label break-all">
          {secret}
        </code>
        <Button onPress={() => void copyText(secret).then(() => setCopied(true))}>
          {isCopied ? copied : copy}
        </Button>
      </div>
      <div className="flex justify-end">
        <Button kind="main" onPress={onClose}>
          {words.haveIt}
        </Button>
      </div>
    </div>
  );
}
