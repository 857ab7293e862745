import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ReactNode } from "react";
import { useTold } from "../../language/language.tsx";
import { Button } from "../../ui/button.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { Field } from "../../ui/field.tsx";
import { Message } from "../../ui/message.tsx";
import { Select } from "../../ui/select.tsx";
import { BudgetList } from "../budgets/budget-list.tsx";
import { budgetWords, type BudgetFields } from "../budgets/budget-fields.ts";
import { useBudgetWords } from "../budgets/words.ts";
import { Act, Ask, useAct } from "../editing/act.tsx";
import { EditForm } from "../editing/edit-form.tsx";
import { type Editing, useEditing } from "../editing/editing.ts";
import { LimitFields } from "../editing/limit-fields.tsx";
import { useEditingWords } from "../editing/words.ts";
import { type OwnerFields, newOwner, ownerEdition, ownerWords } from "./owner-fields.ts";
import type { PeoplePageState } from "./page-state.ts";
import { type OwnerEntry, type OwnerKind, changeOwner, createOwner } from "./people.ts";
import { named } from "./person-panel.tsx";
import { usePeopleWords } from "./words.ts";

interface OwnerProps {
  readonly kind: OwnerKind;
  /** Undefined: a new one. */
  readonly owner: OwnerEntry | undefined;
  readonly page: PeoplePageState;
}

/** The panel in which a team or a user is made or changed. */
export function OwnerPanel(props: OwnerProps): ReactNode {
  const { kind, owner, page } = props;
  const words = usePeopleWords();
  const fresh = kind === "user" ? words.newUser : words.newTeam;
  return (
    <SidePanel title={owner?.name ?? owner?.id ?? fresh} onClose={page.close}>
      <OwnerForm {...props} />
    </SidePanel>
  );
}

const params = ["id", "name", "team", "models", "rpm", "ipm", "ipd", "budget", "labels", "markup"];

function OwnerForm(props: OwnerProps): ReactNode {
  const { kind, owner, page } = props;
  const { owner: words } = usePeopleWords();
  const budgets = useBudgetWords();
  const queries = useQueryClient();
  const editing = useEditing<OwnerFields>({
    draft: `${page.caller.id}.${kind}.${owner?.id ?? "new"}`,
    standing: owner === undefined ? newOwner : ownerEdition(owner),
    async save(changes, { version, fields }) {
      if (owner === undefined) await createOwner(kind, ownerWords(kind, fields, fields));
      else {
        const body = ownerWords(kind, changes, fields);
        await changeOwner(kind, { id: owner.id, version, body });
      }
      await queries.invalidateQueries({ queryKey: [`${kind}s`] });
    },
    readCurrent: (current) => ownerEdition(current as OwnerEntry),
    onSaved: page.close,
  });
  const isOfFile = owner !== undefined && owner.declared_at !== null;
  return (
    <EditForm
      editing={editing}
      nameOf={(field) => (field === "budget" ? budgets.form.budgets : words[field])}
      shown={(value) =>
        Array.isArray(value) ? JSON.stringify(budgetWords(value as BudgetFields[])) : String(value)
      }
      params={params}
      isReadOnly={isOfFile || (kind === "team" && !page.isAdmin)}
      {...(owner === undefined ? { create: words.create[kind] } : {})}
    >
      <Standing {...props} />
      <fieldset disabled={!page.isAdmin} className="contents">
        <Naming {...props} editing={editing} />
        <LimitFields limits={["rpm", "ipm", "ipd"]} editing={editing} words={words} />
        {kind === "team" ? <Charging editing={editing} /> : null}
      </fieldset>
      <BudgetList
        budgets={editing.fields.budget}
        faultAt={editing.faultAt}
        onChange={(budget) => editing.set({ budget })}
      />
      {owner === undefined || isOfFile || !page.isAdmin ? null : (
        <OwnerActions kind={kind} owner={owner} page={page} />
      )}
    </EditForm>
  );
}

/** Why it cannot be changed here, where it cannot; and what leads on from it. */
function Standing({ kind, owner, page }: OwnerProps): ReactNode {
  const { owner: words } = usePeopleWords();
  const editing = useEditingWords();
  const told = useTold();
  if (owner === undefined) return null;
  const search = kind === "team" ? { team: owner.id } : { user: owner.id };
  return (
    <>
      {owner.declared_at === null ? null : (
        <Message tone="info" title={editing.ofFile(told(owner.declared_at))}>
          {editing.ofFileMeans}
        </Message>
      )}
      {owner.shadowed ? <Message tone="warn" title={editing.shadowed} /> : null}
      {page.isAdmin ? null : (
        <Message tone="info" title={kind === "team" ? words.teamOnly : words.budgetOnly}>
          {kind === "team" ? words.teamOnlyMeans : words.budgetOnlyMeans}
        </Message>
      )}
      <p className="flex flex-wrap gap-4">
        {kind === "team" ? (
          <Link
            to="/people"
            search={{ show: "users", team: owner.id }}
            className="text-soft underline hover:text-ink"
          >
            {words.showUsers}
          </Link>
        ) : null}
        <Link to="/requests" search={search} className="text-soft underline hover:text-ink">
          {words.showRequests}
        </Link>
      </p>
    </>
  );
}

type PartProps = { readonly editing: Editing<OwnerFields> };

function Naming({
  kind,
  owner,
  page,
  editing: { fields, set, faultAt },
}: OwnerProps & PartProps): ReactNode {
  const { owner: words } = usePeopleWords();
  return (
    <>
      {owner === undefined ? (
        <Field
          label={words.id}
          hint={words.idHint}
          isRequired
          autoFocus
          value={fields.id}
          onChange={(id) => set({ id })}
          error={faultAt("id")}
        />
      ) : null}
      <Field
        label={words.name}
        hint={words.nameHint}
        value={fields.name}
        onChange={(name) => set({ name })}
        error={faultAt("name")}
      />
      {kind === "user" ? (
        <Select
          label={words.team}
          value={fields.team}
          options={[
            { id: "", text: words.noTeam },
            ...named(page.lists.teams.data ?? [], fields.team),
          ]}
          onChange={(team) => set({ team })}
          error={faultAt("team")}
        />
      ) : null}
      <Field
        label={words.models}
        hint={words.modelsHint}
        value={fields.models}
        onChange={(models) => set({ models })}
        error={faultAt("models")}
      />
    </>
  );
}

function Charging({ editing: { fields, set, faultAt } }: PartProps): ReactNode {
  const { owner: words } = usePeopleWords();
  return (
    <>
      <Field
        label={words.labels}
        hint={words.labelsHint}
        value={fields.labels}
        onChange={(labels) => set({ labels })}
        error={faultAt("labels")}
      />
      <fieldset className="flex flex-col gap-2">
        <legend className="pb-1 font-[650]">{words.markup}</legend>
        <div className="grid grid-cols-[repeat(auto-fit,minmax(min(9rem,100%),1fr))] gap-3">
          <Field
            label={words.times}
            inputMode="decimal"
            value={fields.times}
            onChange={(times) => set({ times })}
            error={faultAt("markup.times", true) ?? faultAt("markup", true)}
          />
          <Field
            label={words.perImage}
            inputMode="decimal"
            value={fields.perImage}
            onChange={(perImage) => set({ perImage })}
            error={faultAt("markup.per_image_usd", true)}
          />
        </div>
        <p className="text-label text-soft">{words.markupHint}</p>
      </fieldset>
    </>
  );
}

function OwnerActions({
  kind,
  owner,
  page,
}: OwnerProps & { readonly owner: OwnerEntry }): ReactNode {
  const { owner: words, person } = usePeopleWords();
  const [isAsked, setAsked] = useState(false);
  const { id, version, disabled } = owner;
  const stopping = useAct(() => changeOwner(kind, { id, version, body: { disabled: !disabled } }), {
    reads: [[`${kind}s`]],
    onDone: page.close,
  });
  return (
    <>
      <Act
        heading={person.access}
        means={disabled ? words.isDisabled[kind] : words.disableMeans[kind]}
        error={disabled ? stopping.error : null}
      >
        {disabled ? (
          <Button isPending={stopping.isPending} onPress={stopping.mutate}>
            {person.enable}
          </Button>
        ) : (
          <Button kind="danger" onPress={() => setAsked(true)}>
            {person.disable}
          </Button>
        )}
      </Act>
      <Ask
        isOpen={isAsked}
        title={person.disableOne(owner.name ?? id)}
        word={person.disable}
        act={stopping}
        onClose={() => setAsked(false)}
      >
        <p>{words.disableMeans[kind]}</p>
      </Ask>
    </>
  );
}
