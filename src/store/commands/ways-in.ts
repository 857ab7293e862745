import { writeDown } from "./audit.ts";
import { linkEntry } from "../identity-audit.ts";
import type {
  AuditStamp,
  NewPerson,
  Person,
  PersonLink,
  PersonRefusal,
  SignInFlow,
} from "../identity-records.ts";
import { personFromRow } from "../identity-rows.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { rowSchemas } from "../tables.ts";
import { identityCommands } from "./identity.ts";

type Account = Pick<PersonLink, "issuer" | "subject">;

const selectLinked = statement<Account>(
  `SELECT people.* FROM person_links JOIN people ON people.id = person_links.person_id
    WHERE person_links.issuer = :issuer AND person_links.subject = :subject`,
);
const insertLink = statement<PersonLink>(
  `INSERT INTO person_links (issuer, subject, person_id, created_at)
    VALUES (:issuer, :subject, :personId, :createdAt) ON CONFLICT DO NOTHING`,
);
const insertFlow = statement<SignInFlow>(
  "INSERT INTO sign_in_flows (digest, value, until) VALUES (:digest, :value, :until)",
);
const selectFlow = statement<{ digest: string }>(
  "SELECT * FROM sign_in_flows WHERE digest = :digest",
);
const removeFlow = statement<{ digest: string }>(
  "DELETE FROM sign_in_flows WHERE digest = :digest",
);

function* linked(issuer: string, subject: string): Steps<Person | undefined> {
  const { rows } = yield selectLinked({ issuer, subject });
  return rows.map((row) => personFromRow(rowSchemas.people.parse(row))).at(0);
}

/** Database work on accounts at identity providers and sign-ins under way. */
export const waysInCommands = {
  linksPerson: linked,
  /** False where the account or the person is linked already. */
  *linksAdd(link: PersonLink, stamp: AuditStamp): Steps<boolean> {
    if ((yield insertLink(link)).changes === 0) return false;
    yield* writeDown(linkEntry(stamp, link));
    return true;
  },
  /** Of two first sign-ins of one account at once, one makes the person and both get them. */
  *linksAddPerson(
    person: NewPerson,
    link: PersonLink,
    stamp: AuditStamp,
  ): Steps<Person | PersonRefusal> {
    const known = yield* linked(link.issuer, link.subject);
    if (known !== undefined) return known;
    const added = yield* identityCommands.peopleAdd(person, undefined, stamp);
    if (typeof added !== "string") yield insertLink(link);
    return added;
  },
  *flowsBegin(flow: SignInFlow): Steps<void> {
    yield insertFlow(flow);
  },
  /** The value of a sign-in that is under way, once. */
  *flowsTake(digest: string, now: number): Steps<string | undefined> {
    const { rows } = yield selectFlow({ digest });
    const flow = rows.map((row) => rowSchemas.sign_in_flows.parse(row)).at(0);
    if (flow === undefined) return undefined;
    const { changes } = yield removeFlow({ digest });
    return changes > 0 && flow.until > now ? flow.value : undefined;
  },
};
