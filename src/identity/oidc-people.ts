import type { NewPerson, Person, PersonRefusal } from "../store/identity-records.ts";
import { type Admission, type Claims, textAt, verifiedEmail } from "./oidc-claims.ts";
import type { OidcSettings } from "./oidc-settings.ts";
import { refused } from "./people.ts";
import type { IdentityPorts, Origin } from "./ports.ts";
import { arrivalStamp, stampOf } from "./stamps.ts";
import { createTryLimits } from "./tries.ts";
import { signInFailed } from "./sessions.ts";

/** The people behind accounts at an identity provider. */
export interface OidcPeople {
  /** The person of an account, with the role that it has now; made at the first sign-in. */
  admit(claims: Claims, admission: Admission, from: Origin): Promise<Person>;
  /** Ends what a person has here whose account has no role any more. */
  refuse(claims: Claims, from: Origin): Promise<void>;
}

/** Tries against others who change the same person. */
const triesMax = 5;

export function createOidcPeople(ports: IdentityPorts, settings: OidcSettings): OidcPeople {
  const { store, log, now, newId } = ports;
  const { issuer } = settings;
  const tries = createTryLimits(ports);
  /** Only where the operator switched it on and the provider has verified the address. */
  const byEmail = async (claims: Claims, from: Origin): Promise<Person | undefined> => {
    const email = settings.linkByEmail ? verifiedEmail(claims) : undefined;
    const known = email === undefined ? undefined : await store.people.byLogin(email);
    if (known === undefined) return undefined;
    const { person } = known;
    const link = { issuer, subject: claims.sub, personId: person.id, createdAt: now() };
    if (!(await store.links.add(link, arrivalStamp(ports, from, issuer)))) return undefined;
    log.info({ person: person.id }, "a person was linked to their account by e-mail");
    return person;
  };
  const added = async (claims: Claims, { role, teamId }: Admission): Promise<Person> => {
    const id = newId("person");
    const link = { issuer, subject: claims.sub, personId: id, createdAt: now() };
    const name = nameOf(claims);
    let last: PersonRefusal = "absent";
    for (const login of loginsOf(claims, issuer)) {
      const person: NewPerson = { id, login, name, role, teamId, userId: null, createdAt: now() };
      const made = await store.links.addPerson(person, link, stampOf(ports, undefined, issuer));
      if (typeof made !== "string") return made;
      last = made;
    }
    throw refused(last);
  };
  return {
    async admit(claims, admission, from) {
      const known = (await store.links.person(issuer, claims.sub)) ?? (await byEmail(claims, from));
      const person = known ?? (await added(claims, admission));
      if (person.disabled) {
        await tries.refused({ person, method: "oidc", from });
        throw signInFailed();
      }
      return withRole(ports, person, admission, issuer);
    },
    async refuse(claims, from) {
      const person = await store.links.person(issuer, claims.sub);
      if (person !== undefined) await store.sessions.endAll(person.id);
      await tries.refused({ person, method: "oidc", from });
    },
  };
}

/** Gives a person the role that the provider says, which rules over the one of before. */
async function withRole(
  ports: IdentityPorts,
  person: Person,
  { role, teamId }: Admission,
  issuer: string,
): Promise<Person> {
  const { store, log } = ports;
  let current = person;
  for (let tries = 0; tries < triesMax; tries += 1) {
    if (current.role === role && current.teamId === teamId) return current;
    const after = await store.people.change(
      current.id,
      current.version,
      { role, teamId },
      stampOf(ports, undefined, issuer),
    );
    if (typeof after !== "string") {
      log.info({ person: after.id, role }, "a person has another role at the identity provider");
      return after;
    }
    if (after === "last_owner") {
      log.warn(
        { person: current.id, role },
        "the last owner stays one, whatever their account says",
      );
      return current;
    }
    const read = await store.people.get(current.id);
    if (read === undefined || read.disabled) throw signInFailed();
    current = read;
  }
  throw signInFailed();
}

function nameOf(claims: Claims): string {
  return (
    textAt(claims, "name") ??
    textAt(claims, "preferred_username") ??
    textAt(claims, "email") ??
    claims.sub
  );
}

/** Names for a new person, the best first: one that is taken is another's, whom this account does not become. */
function loginsOf(claims: Claims, issuer: string): string[] {
  const wanted = verifiedEmail(claims) ?? textAt(claims, "preferred_username")?.toLowerCase();
  const own = `${claims.sub.slice(0, 100)} at ${new URL(issuer).host}`.toLowerCase();
  return wanted === undefined ? [own] : [wanted, own];
}
