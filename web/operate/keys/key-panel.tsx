import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import { useState } from "react";
import type { ReactNode } from "react";
import { useTold } from "../../language/language.tsx";
import { Message } from "../../ui/message.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { BudgetBar } from "../budgets/budget-bar.tsx";
import { type BudgetFields, budgetWords } from "../budgets/budget-fields.ts";
import { budgetsQuery } from "../budgets/budgets.ts";
import { OwnerRequests } from "../budgets/owner-requests.tsx";
import { EditForm } from "../editing/edit-form.tsx";
import { useEditing } from "../editing/editing.ts";
import { useEditingWords } from "../editing/words.ts";
import { KeyActions } from "./key-actions.tsx";
import { type KeyFields, keyEdition, keyWords, newKey } from "./key-fields.ts";
import { KeyOnce } from "./key-once.tsx";
import { KeyForm, keyParams } from "./key-form.tsx";
import { type KeyEntry, type KeyWithSecret, changeKey, createKey, keysQuery } from "./keys.ts";
import { useKeyWords } from "./words.ts";

/** The panel in which a key is made or changed; a secret that was made is shown in it this once. */
export function KeyPanel({
  entry,
  onClose,
}: {
  /** Undefined: a new one. */
  readonly entry: KeyEntry | undefined;
  readonly onClose: () => void;
}): ReactNode {
  const words = useKeyWords();
  const [made, setMade] = useState<KeyWithSecret>();
  return (
    <SidePanel
      title={made?.name ?? entry?.name ?? words.create}
      isHeld={made !== undefined}
      onClose={onClose}
    >
      {made === undefined ? (
        <KeyDetails entry={entry} onMade={setMade} onClose={onClose} />
      ) : (
        <KeyOnce made={made} onClose={onClose} />
      )}
    </SidePanel>
  );
}

function KeyDetails({
  entry,
  onMade,
  onClose,
}: {
  readonly entry: KeyEntry | undefined;
  readonly onMade: (made: KeyWithSecret) => void;
  readonly onClose: () => void;
}): ReactNode {
  const words = useKeyWords();
  const queries = useQueryClient();
  const { caller } = useRouteContext({ from: "/inside" }).session;
  const editing = useEditing<KeyFields>({
    draft: entry === undefined ? `${caller.id}.key` : `${caller.id}.key.${entry.id}`,
    standing: entry === undefined ? newKey : keyEdition(entry),
    async save(changes, { version, fields }) {
      if (entry === undefined) onMade(await createKey(keyWords(fields)));
      else await changeKey({ id: entry.id, version }, keyWords(changes));
      const changed = [keysQuery.queryKey, budgetsQuery.queryKey];
      await Promise.all(changed.map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
    readCurrent: (current) => keyEdition(current as KeyEntry),
    onSaved: () => {
      if (entry !== undefined) onClose();
    },
  });
  const isOfFile = entry !== undefined && entry.declared_at !== null;
  return (
    <EditForm
      editing={editing}
      nameOf={(field) => words[field]}
      shown={(value) => shownText(value)}
      params={keyParams}
      isReadOnly={isOfFile}
      {...(entry === undefined ? { create: words.make } : {})}
    >
      {entry === undefined ? null : <Standing entry={entry} />}
      <KeyForm editing={editing} isTeamGiven={caller.role === "team_admin"} />
      {entry === undefined || isOfFile ? null : (
        <KeyActions entry={entry} onMade={onMade} onClose={onClose} />
      )}
    </EditForm>
  );
}

/** A value of the form in words, where it is no text. */
function shownText(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  const isNames = value.every((one) => typeof one === "string");
  return isNames ? value.join(", ") : JSON.stringify(budgetWords(value as BudgetFields[]));
}

/** The key as it stands: where it is from, what keeps it from opening, and what it has spent. */
function Standing({ entry }: { readonly entry: KeyEntry }): ReactNode {
  const editing = useEditingWords();
  const told = useTold();
  const budgets = useQuery(budgetsQuery).data;
  const standing = budgets?.all.find(({ scope, owner }) => scope === "key" && owner === entry.id);
  return (
    <>
      {entry.declared_at === null ? null : (
        <Message tone="info" title={editing.ofFile(told(entry.declared_at))}>
          {editing.ofFileMeans}
        </Message>
      )}
      {entry.fault === undefined ? null : <Message tone="bad" title={entry.fault} />}
      {standing?.budgets.map((budget, place) => (
        <BudgetBar
          key={place}
          budget={budget}
          timeZone={budgets?.timeZone ?? "UTC"}
          of={{ scope: "key", owner: entry.id }}
        />
      ))}
      <OwnerRequests scope="key" owner={entry.id} />
    </>
  );
}
