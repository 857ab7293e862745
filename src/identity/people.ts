import { PinholeError } from "../core/errors.ts";
import type { Actor, Role } from "../core/role.ts";
import type { Invitation, PersonChange, Person, PersonRefusal } from "../store/identity-records.ts";
import type { SavedFate } from "../store/gallery-records.ts";
import { codeDigest, newCode } from "./codes.ts";
import type { IdentityPorts } from "./ports.ts";
import { stampOf } from "./stamps.ts";
import { requireRightOver } from "./rights.ts";

/** The time for which a one-time link opens the door. */
export const invitationLifeMs = 7 * 24 * 3_600_000;

/** A person as others describe them. */
export interface WantedPerson {
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  readonly userId: string | null;
  readonly teamId: string | null;
}

/** A one-time code, shown once. */
export interface OneTimeCode {
  readonly code: string;
  readonly until: number;
}

/** People as owners and admins manage them. Every use case throws role_not_allowed where the caller's own role does not reach. */
export interface People {
  list(): Promise<Person[]>;
  /** Throws not_found. */
  get(id: string): Promise<Person>;
  /** Adds a person with a one-time link to come in by. */
  invite(
    by: Actor,
    wanted: WantedPerson,
  ): Promise<{ readonly person: Person; readonly invitation: OneTimeCode }>;
  /** A new one-time link, which sets a new password; the last one does not open any more. */
  inviteAgain(by: Actor, id: string): Promise<OneTimeCode>;
  /** `stale`: the person has another version by now, and nothing was changed. */
  change(by: Actor, id: string, version: number, change: PersonChange): Promise<Person | "stale">;
  /**
   * Removes a person with all that is theirs; keys of their user stay stopped. Returns how many pictures they had
   * saved, whose fate is this. Throws conflict where the person who is to have them is not there or may not have so many.
   */
  remove(by: Actor, id: string, version: number, fate: SavedFate): Promise<number | "stale">;
  /** A code for the first owner, where nobody is known yet. */
  firstOwner(): Promise<OneTimeCode | undefined>;
}

export function createPeople(ports: IdentityPorts): People {
  const { store, now, newId, randomBytes, log } = ports;
  const { people, invitations } = store;
  const newInvitation = (): Invitation & OneTimeCode => {
    const code = newCode(randomBytes);
    return { code, digest: codeDigest(code) ?? "", until: now() + invitationLifeMs };
  };
  const get = async (id: string): Promise<Person> => found(await people.get(id));
  const add = async (
    by: Actor | undefined,
    wanted: WantedPerson,
  ): Promise<{ person: Person; invitation: OneTimeCode }> => {
    const invitation = newInvitation();
    const { digest, until, code } = invitation;
    const added = { ...wanted, id: newId("person"), createdAt: now() };
    const person = accepted(await people.add(added, { digest, until }, stampOf(ports, by)));
    return { person, invitation: { code, until } };
  };
  return {
    list: () => people.all(),
    get,
    async invite(by, wanted) {
      requireRightOver(by, wanted.role);
      requireTeam(wanted.role, wanted.teamId);
      const added = await add(by, wanted);
      log.info({ person: added.person.id, by: by.id }, "a person was invited");
      return added;
    },
    async inviteAgain(by, id) {
      const person = await get(id);
      requireRightOver(by, person.role);
      const { digest, until, code } = newInvitation();
      if (!(await invitations.make(id, { digest, until }, stampOf(ports, by)))) throw noPerson();
      log.info({ person: id, by: by.id }, "a person got a new one-time link");
      return { code, until };
    },
    async change(by, id, version, change) {
      const before = await get(id);
      requireRightOver(by, before.role);
      if (change.role !== undefined) requireRightOver(by, change.role);
      const isOwn = by.kind === "person" && by.id === id;
      if (isOwn && changesRights(before, change)) throw ownRights();
      const role = change.role ?? before.role;
      requireTeam(role, change.teamId === undefined ? before.teamId : change.teamId);
      const result = await people.change(id, version, change, stampOf(ports, by));
      if (result === "stale") return result;
      const after = accepted(result);
      log.info({ person: id, by: by.id }, "a person was changed");
      return after;
    },
    async remove(by, id, version, fate) {
      const before = await get(id);
      requireRightOver(by, before.role);
      if (by.kind === "person" && by.id === id) throw ownRights();
      if (fate.become === "hand_over" && fate.to === id) throw refused("heir_absent");
      const pictures = await people.remove(id, version, fate, stampOf(ports, by));
      if (pictures === "stale") return pictures;
      if (typeof pictures === "string") throw refused(pictures);
      log.info({ person: id, by: by.id }, "a person was removed");
      return pictures;
    },
    async firstOwner() {
      if (!(await people.none())) return undefined;
      const wanted = { login: "owner", name: "Owner", userId: null, teamId: null };
      return (await add(undefined, { ...wanted, role: "owner" })).invitation;
    },
  };
}

function changesRights(before: Person, change: PersonChange): boolean {
  return (
    (change.role !== undefined && change.role !== before.role) ||
    (change.teamId !== undefined && change.teamId !== before.teamId) ||
    (change.userId !== undefined && change.userId !== before.userId) ||
    (change.disabled !== undefined && change.disabled !== before.disabled)
  );
}

/** A team's admin has a team, and nobody else: a role that changes must not carry one along unseen. */
function requireTeam(role: Role, teamId: string | null): void {
  if ((role === "team_admin") === (teamId !== null)) return;
  throw new PinholeError("invalid_value", {
    message:
      role === "team_admin"
        ? "A person whose role is `team_admin` needs `team`, the id of the team."
        : "`team` is for the role `team_admin` alone; send null with any other.",
    param: "team",
  });
}

function found(person: Person | undefined): Person {
  if (person === undefined) throw noPerson();
  return person;
}

function accepted(result: Person | PersonRefusal): Person {
  if (typeof result === "string") throw refused(result);
  return result;
}

function noPerson(): PinholeError {
  return new PinholeError("not_found", { message: "There is no person with this id." });
}

function ownRights(): PinholeError {
  return new PinholeError("role_not_allowed", {
    message:
      "Nobody changes their own role, user or team, disables or removes themselves; ask another owner or admin.",
  });
}

const refusals: Readonly<Record<Exclude<PersonRefusal, "absent">, string>> = {
  stale: "The person has been changed meanwhile; read them again and send the change once more.",
  last_owner:
    "This is the last owner who can come in; make another person an owner first, and wait until they have signed in.",
  login_taken: "Another person signs in with this `login`; choose another.",
  user_taken: "Another person is this `user` already; a user is one person's at most.",
  heir_absent:
    "There is no other person with the id in `pictures_to`; name somebody who stays, or let the pictures expire.",
  heir_full:
    "The person in `pictures_to` may not keep so many pictures more (images.saved_quota); name another, or let the pictures expire or delete them.",
};

const refusedFields: Readonly<Partial<Record<PersonRefusal, string>>> = {
  login_taken: "login",
  user_taken: "user",
  heir_absent: "pictures_to",
  heir_full: "pictures_to",
};

/** A refusal of the store in words. */
export function refused(refusal: PersonRefusal): PinholeError {
  if (refusal === "absent") return noPerson();
  return new PinholeError("conflict", {
    message: refusals[refusal],
    param: refusedFields[refusal],
  });
}
