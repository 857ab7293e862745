import { queryOptions } from "@tanstack/react-query";
import { ask } from "../../api/ask.ts";
import { everyPage } from "../../api/every-page.ts";
import type { Role } from "../../api/session.ts";
import type { WrittenBudget } from "../budgets/budget-fields.ts";
import type { Edition } from "../editing/editing.ts";

/** A person who signs in. */
export interface PersonEntry {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  readonly user: string | null;
  readonly team: string | null;
  readonly disabled: boolean;
  readonly state: "invited" | "active" | "disabled";
  readonly joined_at: string | null;
  readonly signed_in_at: string | null;
  readonly created_at: string;
  readonly version: number;
}

/** The two kinds of owners of keys. */
export type OwnerKind = "team" | "user";

/** A team or a user; a team has no `team`, and a user neither labels nor markup. */
export interface OwnerEntry {
  readonly id: string;
  readonly name: string | null;
  readonly team?: string | null;
  readonly disabled: boolean;
  readonly models: readonly string[];
  readonly rpm: number | null;
  readonly ipm: number | null;
  readonly ipd: number | null;
  readonly budget: readonly WrittenBudget[] | null;
  readonly labels?: readonly string[];
  readonly markup?: { readonly times?: string; readonly per_image_usd?: string } | null;
  readonly version: number;
  /** The place in the file; null: it is in the database. */
  readonly declared_at: string | null;
  readonly shadowed: boolean;
}

/** A one-time link, shown once. */
export interface OneTimeLink {
  readonly path: string;
  readonly expires_at: string;
}

export const peopleQuery = queryOptions({
  queryKey: ["people"],
  queryFn: async ({ signal }) =>
    (await ask<{ readonly data: readonly PersonEntry[] }>("GET", "/admin/v1/people", { signal }))
      .data,
});

const ownersQuery = (kind: OwnerKind) =>
  queryOptions({
    queryKey: [`${kind}s`],
    queryFn: ({ signal }) => everyPage<OwnerEntry>(`/admin/v1/${kind}s`, signal),
  });

export const teamsQuery = ownersQuery("team");
export const usersQuery = ownersQuery("user");

const personPath = (id: string): string => `/admin/v1/people/${encodeURIComponent(id)}`;
const ifMatch = (version: number): { readonly headers: Record<string, string> } => ({
  headers: { "if-match": `"${version}"` },
});

/** The fields of a person's form; an empty text is none. */
export interface PersonFields {
  readonly name: string;
  readonly login: string;
  readonly role: Role;
  readonly team: string;
  readonly user: string;
}

export const newPerson: Edition<PersonFields> = {
  version: 0,
  fields: { name: "", login: "", role: "key_holder", team: "", user: "" },
};

export function personEdition(person: PersonEntry): Edition<PersonFields> {
  const { version, name, login, role, team, user } = person;
  return { version, fields: { name, login, role, team: team ?? "", user: user ?? "" } };
}

type Body = Readonly<Record<string, unknown>>;

/** The words of the fields that differ. The team goes with the role: no other role than a team's has one. */
function personBody(changes: Partial<PersonFields>, { role, team }: PersonFields): Body {
  const { user, ...rest } = changes;
  const isTeams = role === "team_admin";
  return {
    ...rest,
    ...(user === undefined ? {} : { user: user === "" ? null : user }),
    ...(changes.role === undefined && changes.team === undefined
      ? {}
      : { team: isTeams && team !== "" ? team : null }),
  };
}

export const invitePerson = (
  fields: PersonFields,
): Promise<PersonEntry & { readonly invitation: OneTimeLink }> =>
  ask("POST", "/admin/v1/people", { body: personBody(fields, fields) });

export const changePerson = (
  id: string,
  changes: Partial<PersonFields>,
  { version, fields }: Edition<PersonFields>,
): Promise<PersonEntry> =>
  ask("PATCH", personPath(id), { body: personBody(changes, fields), ...ifMatch(version) });

export const stopPerson = ({ id, version }: PersonEntry, disabled: boolean): Promise<PersonEntry> =>
  ask("PATCH", personPath(id), { body: { disabled }, ...ifMatch(version) });

/** The fate of the pictures that a person keeps, when they are removed; another's: their id. */
export type PicturesFate = "expire" | "delete" | { readonly to: string };

export const removePerson = (
  { id, version }: PersonEntry,
  fate: PicturesFate,
): Promise<unknown> => {
  const query =
    typeof fate === "string" ? { pictures: fate } : { pictures: "hand_over", pictures_to: fate.to };
  return ask(
    "DELETE",
    `${personPath(id)}?${new URLSearchParams(query).toString()}`,
    ifMatch(version),
  );
};

/** One person, with the number of pictures that they keep in the gallery. */
export const personQuery = (id: string) =>
  queryOptions({
    // Not below "people": who has just been removed is not asked for again.
    queryKey: ["person", id],
    queryFn: ({ signal }) =>
      ask<PersonEntry & { readonly saved_pictures: number; readonly saved_bytes: number }>(
        "GET",
        personPath(id),
        { signal },
      ),
  });

export const newLink = ({ id }: PersonEntry): Promise<OneTimeLink> =>
  ask("POST", `${personPath(id)}/invitation`, { body: {} });

const ownerPath = (kind: OwnerKind, id: string): string =>
  `/admin/v1/${kind}s/${encodeURIComponent(id)}`;

export const createOwner = (kind: OwnerKind, body: Body): Promise<OwnerEntry> =>
  ask("POST", `/admin/v1/${kind}s`, { body });

export const changeOwner = (
  kind: OwnerKind,
  { id, version, body }: { readonly id: string; readonly version: number; readonly body: Body },
): Promise<OwnerEntry> => ask("PATCH", ownerPath(kind, id), { body, ...ifMatch(version) });
