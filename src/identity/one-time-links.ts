import { PinholeError } from "../core/errors.ts";
import type { Person } from "../store/identity-records.ts";
import { codeDigest } from "./codes.ts";
import { loginOf, requireGoodPassword } from "./password-rules.ts";
import type { Passwords } from "./passwords.ts";
import { refused } from "./people.ts";
import type { IdentityPorts, Origin } from "./ports.ts";
import type { Sessions, SignedIn } from "./sessions.ts";
import { arrivalStamp } from "./stamps.ts";
import type { TryLimits } from "./tries.ts";

/** The use of one-time links, by which invited people come in. */
export interface OneTimeLinks {
  /** The person whom a one-time code stands for. Throws invitation_not_valid. */
  invited(code: string, from: Origin): Promise<Person>;
  /** Uses a one-time code up: sets the password and begins a session. */
  accept(wanted: Acceptance): Promise<SignedIn>;
}

export interface Acceptance {
  readonly code: string;
  readonly password: string;
  /** Undefined: as the invitation has it. Owners alone choose their login. */
  readonly login: string | undefined;
  readonly name: string | undefined;
  readonly from: Origin;
}

/** The parts of identity by which somebody comes in. */
interface LinkParts {
  readonly passwords: Pick<Passwords, "hash">;
  readonly sessions: Pick<Sessions, "begin">;
  readonly tries: TryLimits;
}

export function createOneTimeLinks(
  ports: IdentityPorts,
  { passwords, sessions, tries }: LinkParts,
): OneTimeLinks {
  const { store, now } = ports;
  const notValid = async (from: Origin): Promise<PinholeError> => {
    await tries.refused({ person: undefined, method: "invitation", from });
    return noInvitation();
  };
  return {
    async invited(code, from) {
      await tries.begin(code, from.address);
      const digest = codeDigest(code);
      const person = digest && (await store.invitations.find(digest, now()));
      if (!person) throw await notValid(from);
      await tries.succeeded(code, from.address);
      return person;
    },
    async accept({ code, password, login, name, from }) {
      await tries.begin(code, from.address);
      const digest = codeDigest(code);
      const invited = digest && (await store.invitations.find(digest, now()));
      if (!invited) throw await notValid(from);
      const wanted = login === undefined ? invited.login : loginOf(login);
      requireOwnLogin(invited, wanted);
      requireGoodPassword(password, wanted);
      const joining = {
        password: await passwords.hash(password),
        login: wanted,
        name: name ?? null,
      };
      const stamp = arrivalStamp(ports, from);
      const person = await store.invitations.take(digest, now(), joining, stamp);
      if (person === undefined) throw await notValid(from);
      if (person === "login_taken") throw refused(person);
      await tries.succeeded(code, from.address);
      return sessions.begin(person, "invitation", from);
    },
  };
}

/** Signing in at the company's own place may find a person by their login, so it is not theirs to choose. */
function requireOwnLogin(invited: Person, login: string): void {
  if (login === "")
    throw new PinholeError("invalid_value", { message: "`login` is empty.", param: "login" });
  if (login === invited.login || invited.role === "owner") return;
  throw new PinholeError("role_not_allowed", {
    message:
      "Only owners choose their own `login`; leave it out, or ask an owner or admin to change it.",
    param: "login",
  });
}

function noInvitation(): PinholeError {
  return new PinholeError("invitation_not_valid", {
    message:
      "This one-time link has been used, has expired or was replaced by a newer one; ask an owner or admin for another.",
  });
}
