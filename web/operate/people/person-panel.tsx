import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import type { Role } from "../../api/session.ts";
import { useWords } from "../../language/language.tsx";
import { Field } from "../../ui/field.tsx";
import { Message } from "../../ui/message.tsx";
import { Select } from "../../ui/select.tsx";
import { EditForm } from "../editing/edit-form.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { type Editing, useEditing } from "../editing/editing.ts";
import { LinkOnce } from "./link-once.tsx";
import type { PeoplePageState } from "./page-state.ts";
import {
  type OneTimeLink,
  type PersonEntry,
  type PersonFields,
  changePerson,
  invitePerson,
  newPerson,
  peopleQuery,
  personEdition,
} from "./people.ts";
import { PersonActions, PersonFacts } from "./person-actions.tsx";
import { usePeopleWords } from "./words.ts";

/** The panel in which somebody is invited or changed. An invitation ends with its link, shown this once. */
export function PersonPanel({
  person,
  page,
}: {
  /** Undefined: somebody new. */
  readonly person: PersonEntry | undefined;
  readonly page: PeoplePageState;
}): ReactNode {
  const words = usePeopleWords();
  const [link, setLink] = useState<OneTimeLink & { readonly name: string }>();
  const title =
    link === undefined ? (person?.name ?? words.invite) : words.person.linkFor(link.name);
  return (
    <SidePanel title={title} isHeld={link !== undefined} onClose={page.close}>
      {link === undefined ? (
        <PersonForm
          person={person}
          page={page}
          onLink={(made, name) => setLink({ ...made, name })}
        />
      ) : (
        <LinkOnce link={link} onClose={page.close} />
      )}
    </SidePanel>
  );
}

const params = ["name", "login", "role", "team", "user"];

function PersonForm({
  person,
  page,
  onLink,
}: {
  readonly person: PersonEntry | undefined;
  readonly page: PeoplePageState;
  readonly onLink: (link: OneTimeLink, name: string) => void;
}): ReactNode {
  const { person: words, invite } = usePeopleWords();
  const queries = useQueryClient();
  const { caller } = page;
  const editing = useEditing<PersonFields>({
    draft: `${caller.id}.person.${person?.id ?? "new"}`,
    standing: person === undefined ? newPerson : personEdition(person),
    async save(changes, all) {
      if (person === undefined) {
        const { name, invitation } = await invitePerson(all.fields);
        onLink(invitation, name);
      } else await changePerson(person.id, changes, all);
      await queries.invalidateQueries({ queryKey: peopleQuery.queryKey });
    },
    readCurrent: (current) => personEdition(current as PersonEntry),
    onSaved: () => {
      if (person !== undefined) page.close();
    },
  });
  const isOwn = person?.id === caller.id;
  // An administrator looks at owners, and no more.
  const isAbove = person?.role === "owner" && caller.role !== "owner";
  return (
    <EditForm
      editing={editing}
      nameOf={(field) => words[field]}
      params={params}
      isReadOnly={isAbove}
      {...(person === undefined ? { create: invite } : {})}
    >
      {isAbove ? (
        <Message tone="info" title={words.owner}>
          {words.ownerMeans}
        </Message>
      ) : null}
      {person === undefined ? null : <PersonFacts person={person} />}
      <PersonFieldsOf editing={editing} page={page} isOwn={isOwn} isNew={person === undefined} />
      {person === undefined || isAbove ? null : (
        <PersonActions person={person} page={page} isOwn={isOwn} onLink={onLink} />
      )}
    </EditForm>
  );
}

function PersonFieldsOf({
  editing,
  page,
  isOwn,
  isNew,
}: {
  readonly editing: Editing<PersonFields>;
  readonly page: PeoplePageState;
  readonly isOwn: boolean;
  readonly isNew: boolean;
}): ReactNode {
  const { person: words } = usePeopleWords();
  const { fields, set, faultAt } = editing;
  return (
    <>
      <Field
        label={words.name}
        isRequired
        autoFocus={isNew}
        value={fields.name}
        onChange={(name) => set({ name })}
        error={faultAt("name")}
      />
      <Field
        label={words.login}
        hint={words.loginHint}
        isRequired
        autoComplete="off"
        value={fields.login}
        onChange={(login) => set({ login })}
        error={faultAt("login")}
      />
      {isOwn ? (
        <Message tone="info" title={words.own}>
          {words.ownMeans}
        </Message>
      ) : (
        <Rights editing={editing} page={page} />
      )}
    </>
  );
}

/** The rights of a person: role, team and user. */
function Rights({
  editing: { fields, set, faultAt },
  page,
}: {
  readonly editing: Editing<PersonFields>;
  readonly page: PeoplePageState;
}): ReactNode {
  const { person: words } = usePeopleWords();
  const { roles } = useWords();
  const mayGive = (Object.keys(roles) as Role[]).filter(
    (role) => role !== "owner" || page.caller.role === "owner" || fields.role === "owner",
  );
  const { teams, users } = page.lists;
  return (
    <>
      <Select
        label={words.role}
        value={fields.role}
        options={mayGive.map((role) => ({
          id: role,
          text: roles[role],
          note: words.roleNotes[role],
        }))}
        hint={words.roleNotes[fields.role]}
        onChange={(role) => set({ role: role as Role })}
        error={faultAt("role")}
      />
      {fields.role === "team_admin" ? (
        <Select
          label={words.team}
          value={fields.team}
          options={[{ id: "", text: words.chooseTeam }, ...named(teams.data ?? [], fields.team)]}
          onChange={(team) => set({ team })}
          error={faultAt("team")}
        />
      ) : null}
      <Select
        label={words.user}
        value={fields.user}
        options={[{ id: "", text: words.noUser }, ...named(users.data ?? [], fields.user)]}
        hint={words.userHint}
        onChange={(user) => set({ user })}
        error={faultAt("user")}
      />
    </>
  );
}

/** Teams or users to choose from; one that is chosen stays so where it has gone from the file since. */
export function named(
  owners: readonly { readonly id: string; readonly name: string | null }[],
  chosen: string,
): { id: string; text: string; note?: string }[] {
  const found = new Map(
    owners.map(({ id, name }) => [
      id,
      name === null ? { id, text: id } : { id, text: name, note: id },
    ]),
  );
  if (chosen !== "" && !found.has(chosen)) found.set(chosen, { id: chosen, text: chosen });
  return [...found.values()];
}
