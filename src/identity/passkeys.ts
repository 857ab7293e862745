import type {
  AuthenticationResponseJSON,
  RegistrationResponseJSON,
  VerifiedAuthenticationResponse,
} from "@simplewebauthn/server";
import { z } from "zod";
import { PinholeError } from "../core/errors.ts";
import type { Passkey } from "../store/passkey-records.ts";
import { createFlows } from "./flows.ts";
import type { IdentityPorts, Origin } from "./ports.ts";
import { type PresentedSession, type Sessions, type SignedIn, signInFailed } from "./sessions.ts";
import { arrivalStamp } from "./stamps.ts";
import type { TryLimits } from "./tries.ts";

/** The answer of a browser to the question for a new passkey. */
export type MadeResponse = Readable<RegistrationResponseJSON, "transports">;
/** The answer of a browser to the question of a sign-in. */
export type SignedResponse = Readable<AuthenticationResponseJSON, "userHandle">;

/** An answer as a schema reads it: what may be absent is undefined. */
type Readable<T extends { response: object; id: string; rawId: string }, K extends string> = Pick<
  T,
  "id" | "rawId"
> & {
  readonly type: "public-key";
  readonly clientExtensionResults: object;
  readonly response: Omit<T["response"], K> & {
    readonly [P in keyof T["response"] & K]?: T["response"][P] | undefined;
  };
};

/** The place that passkeys are for: this gateway, as browsers know it. */
export interface PasskeyPlace {
  /** The scheme, host and port of its pages. */
  readonly origin: string;
  /** The host alone. */
  readonly rpId: string;
}

/** A question to an authenticator, and the code under which its answer comes back. */
export interface PasskeyQuestion {
  readonly flow: string;
  /** As the browser's `parse…OptionsFromJSON` takes it. */
  readonly options: object;
}

/** The begin of a new passkey. */
export interface PasskeyWish {
  /** Null: the session is a new one. */
  readonly password: string | null;
  readonly place: PasskeyPlace;
  readonly from: Origin;
}

/** A passkey as an authenticator has made it. */
export interface MadePasskey {
  readonly flow: string;
  readonly name: string;
  readonly response: MadeResponse;
  readonly from: Origin;
}

/** Passkeys: signing in by what a device holds, and the person's own list of them. */
export interface Passkeys {
  /** Oldest first. */
  list(personId: string): Promise<Passkey[]>;
  /** Begins the making of one, for a person who has just come in or says the password again. Throws sign_in_failed. */
  beginAdding(of: PresentedSession, wish: PasskeyWish): Promise<PasskeyQuestion>;
  /** Throws invalid_value where it is not what was asked for. */
  add(of: PresentedSession, made: MadePasskey): Promise<Passkey>;
  /** Throws not_found. */
  rename(of: PresentedSession, id: string, name: string, from: Origin): Promise<Passkey>;
  /** Throws not_found. */
  remove(of: PresentedSession, id: string, from: Origin): Promise<void>;
  beginSignIn(place: PasskeyPlace, from: Origin): Promise<PasskeyQuestion>;
  /** Throws sign_in_failed, too_many_sign_ins. */
  signIn(flow: string, response: SignedResponse, from: Origin): Promise<SignedIn>;
}

/** The parts of identity by which a passkey opens the door. */
interface PasskeyParts {
  readonly sessions: Pick<Sessions, "begin">;
  readonly tries: TryLimits;
  /** Throws sign_in_failed where the password is wrong. */
  checkPassword(of: PresentedSession, password: string, from: Origin): Promise<void>;
}

/** A session is new for so long. */
const newSessionMs = 10 * 60_000;
const passkeysMax = 20;

const flowSchema = z.object({
  kind: z.enum(["passkey", "new passkey"]),
  challenge: z.string(),
  origin: z.string(),
  rpId: z.string(),
  /** Of a new one: whose it will be. */
  personId: z.string().optional(),
});

/** Loads the library when somebody has to do with a passkey. */
const loadLibrary = () => import("@simplewebauthn/server");

export function createPasskeys(ports: IdentityPorts, parts: PasskeyParts): Passkeys {
  const flows = createFlows(ports);
  const taken = async (flow: string, kind: "passkey" | "new passkey") => {
    const known = flowSchema.safeParse(await flows.take(flow));
    return known.success && known.data.kind === kind ? known.data : undefined;
  };
  return {
    ...ownPasskeys(ports),
    async beginAdding({ person, session }, { password, place, from }) {
      if (password !== null) await parts.checkPassword({ person, session }, password, from);
      else if (ports.now() - session.createdAt > newSessionMs) throw notNew();
      const { generateRegistrationOptions } = await loadLibrary();
      const known = await ports.store.passkeys.of(person.id);
      const options = await generateRegistrationOptions({
        rpName: "Pinhole",
        rpID: place.rpId,
        userName: person.login,
        userDisplayName: person.name,
        userID: new TextEncoder().encode(person.id),
        attestationType: "none",
        excludeCredentials: known.map(({ id, transports }) => ({
          id,
          transports: [...transports],
        })),
        // It opens the door by itself: the device finds it, and asks for the finger or the PIN.
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
      });
      const asked = { challenge: options.challenge, ...place, personId: person.id };
      return { flow: await flows.begin({ kind: "new passkey", ...asked }), options };
    },
    async add({ person }, { flow, name, response, from }) {
      const asked = await taken(flow, "new passkey");
      if (asked?.personId !== person.id)
        throw refusedPasskey("it was not begun here, or took too long");
      const passkey = { ...(await made(response, asked)), personId: person.id, name };
      const record = { ...passkey, createdAt: ports.now(), usedAt: null };
      const stamp = arrivalStamp(ports, from, `person ${person.id}`);
      if (!(await ports.store.passkeys.add(record, passkeysMax, stamp)))
        throw refusedPasskey(`it is known already, or you have ${passkeysMax} of them`);
      ports.log.info({ person: person.id }, "a passkey was added");
      return record;
    },
    async beginSignIn(place, from) {
      // Each question is a try until it is answered well: what is asked is kept, and strangers ask.
      await parts.tries.begin(undefined, from.address);
      const { generateAuthenticationOptions: question } = await loadLibrary();
      const options = await question({ rpID: place.rpId, userVerification: "required" });
      const asked = { challenge: options.challenge, ...place };
      return { flow: await flows.begin({ kind: "passkey", ...asked }), options };
    },
    async signIn(flow, response, from) {
      const asked = await taken(flow, "passkey");
      const found = asked && (await ports.store.passkeys.find(response.id));
      const use = found && (await verified(response, found.passkey, asked));
      if (
        !found ||
        use === undefined ||
        !(await ports.store.passkeys.use({ ...use, at: ports.now() }))
      ) {
        await parts.tries.refused({ person: found?.person, method: "passkey", from });
        throw signInFailed();
      }
      const signedIn = await parts.sessions.begin(found.person, "passkey", from);
      await parts.tries.succeeded(undefined, from.address);
      return signedIn;
    },
  };
}

function ownPasskeys(ports: IdentityPorts): Pick<Passkeys, "list" | "rename" | "remove"> {
  const { passkeys } = ports.store;
  const stampOf = (personId: string, from: Origin) =>
    arrivalStamp(ports, from, `person ${personId}`);
  return {
    list: (personId) => passkeys.of(personId),
    async rename({ person }, id, name, from) {
      const isDone = await passkeys.rename(person.id, id, name, stampOf(person.id, from));
      const own = (await passkeys.of(person.id)).find((one) => one.id === id);
      if (!isDone || own === undefined) throw noPasskey();
      return own;
    },
    async remove({ person }, id, from) {
      if (!(await passkeys.remove(person.id, id, stampOf(person.id, from)))) throw noPasskey();
      ports.log.info({ person: person.id }, "a passkey was removed");
    },
  };
}

type Asked = z.output<typeof flowSchema>;

/** The credential that an authenticator made. Throws invalid_value where it is not for this place, or not as asked. */
async function made(
  response: MadeResponse,
  { challenge, origin, rpId }: Asked,
): Promise<Pick<Passkey, "id" | "publicKey" | "counter" | "device" | "backedUp" | "transports">> {
  const { verifyRegistrationResponse } = await loadLibrary();
  const expected = { expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpId };
  const { verified: isGood, registrationInfo } = await verifyRegistrationResponse({
    // Its types know no undefined for what may be absent.
    response: response as RegistrationResponseJSON,
    ...expected,
    requireUserVerification: true,
  }).catch((thrown: unknown) => {
    throw refusedPasskey("it was not made for this page", thrown);
  });
  if (!isGood) throw refusedPasskey("it was not made for this page");
  const { credential, credentialDeviceType, credentialBackedUp } = registrationInfo;
  return {
    id: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString("base64url"),
    counter: credential.counter,
    device: credentialDeviceType === "multiDevice" ? "several" : "single",
    backedUp: credentialBackedUp,
    transports: credential.transports ?? [],
  };
}

/** The use that a signature is; undefined where it is not by this passkey, for this place and this question. */
async function verified(
  response: SignedResponse,
  { id, publicKey, counter }: Passkey,
  { challenge, origin, rpId }: Asked,
): Promise<{ id: string; counter: number; backedUp: boolean } | undefined> {
  const { verifyAuthenticationResponse } = await loadLibrary();
  const credential = {
    id,
    publicKey: new Uint8Array(Buffer.from(publicKey, "base64url")),
    counter,
  };
  const result = await verifyAuthenticationResponse({
    response: response as AuthenticationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    credential,
    requireUserVerification: true,
  }).catch((): VerifiedAuthenticationResponse | undefined => undefined);
  if (result === undefined || !result.verified) return undefined;
  const { newCounter, credentialBackedUp } = result.authenticationInfo;
  return { id, counter: newCounter, backedUp: credentialBackedUp };
}

function refusedPasskey(why: string, cause?: unknown): PinholeError {
  return new PinholeError("invalid_value", {
    message: `The passkey was not taken: ${why}; begin again on this gateway's own page.`,
    param: "response",
    cause,
  });
}

function notNew(): PinholeError {
  return new PinholeError("sign_in_failed", {
    message:
      "A passkey is added with the password, or within ten minutes after signing in; send `password`, or sign in again.",
  });
}

function noPasskey(): PinholeError {
  return new PinholeError("not_found", { message: "You have no passkey with this id." });
}
