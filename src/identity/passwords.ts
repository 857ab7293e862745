import { argon2, timingSafeEqual } from "node:crypto";
import { PinholeError } from "../core/errors.ts";

/** The work that one digest of a password costs. */
export interface PasswordCost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** The least that OWASP's cheat sheet on password storage asks of argon2id. */
export const usualCost: PasswordCost = { memoryKib: 19_456, passes: 2, lanes: 1 };

/** Digests at the same time: each takes a core and its memory. */
const atOnceMax = 2;
/** Digests that wait for their turn; beyond it signing in is refused. */
const waitingMax = 64;
const saltBytes = 16;
const digestBytes = 32;
/** The most that a digest may ask of this machine, whoever wrote it. */
const memoryKibMax = 1024 * 1024;

/** Digests of passwords by argon2id, in the usual text with their parameters. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** `outdated`: right, and its digest is not of today's cost. Without a digest it takes as long, and is wrong. */
  check(password: string, digest: string | null): Promise<"right" | "outdated" | "wrong">;
}

/** Passwords at a cost; at most a few are worked on at the same time. */
export function createPasswords(
  random: (count: number) => Uint8Array,
  cost: PasswordCost = usualCost,
): Passwords {
  const inTurn = createTurns();
  return {
    async hash(password) {
      const salt = random(saltBytes);
      return textOf(cost, salt, await inTurn(() => digest(password, salt, cost)));
    },
    async check(password, text) {
      const known = text === null ? undefined : read(text);
      const { salt, ...asked } = known ?? { ...cost, salt: Buffer.alloc(saltBytes) };
      const made = await inTurn(() => digest(password, salt, asked));
      if (known === undefined || !timingSafeEqual(made, known.digest)) return "wrong";
      return isSame(asked, cost) ? "right" : "outdated";
    },
  };
}

/** Runs a few pieces of work at the same time, the others in the order in which they came. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnceMax) {
      if (waiting.length >= waitingMax)
        throw new PinholeError("overloaded", {
          message: "Too many people sign in at this moment; try again in a few seconds.",
          retryAfterSeconds: 5,
        });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The turn is handed on, so that nobody who comes now is served before those who wait.
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

function digest(password: string, nonce: Uint8Array, cost: PasswordCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2(
      "argon2id",
      {
        // What looks the same on two keyboards is the same.
        message: password.normalize("NFC"),
        nonce,
        parallelism: cost.lanes,
        tagLength: digestBytes,
        memory: cost.memoryKib,
        passes: cost.passes,
      },
      (error, made) => (error === null ? resolve(made) : reject(error)),
    );
  });
}

function textOf(cost: PasswordCost, salt: Uint8Array, made: Buffer): string {
  const parameters = `m=${cost.memoryKib},t=${cost.passes},p=${cost.lanes}`;
  return `$argon2id$v=19$${parameters}$${base64(salt)}$${base64(made)}`;
}

/** Base64 without its padding, as digests of argon2 are written. */
function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}

interface KnownDigest extends PasswordCost {
  readonly salt: Buffer;
  readonly digest: Buffer;
}

/** Undefined where it is no digest of ours: no password is right then. */
function read(text: string): KnownDigest | undefined {
  const form =
    /^\$argon2id\$v=19\$m=(?<memory>\d{1,7}),t=(?<passes>\d{1,3}),p=(?<lanes>\d{1,3})\$(?<salt>[\w+/-]+)\$(?<digest>[\w+/-]+)$/;
  const groups = form.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const known = {
    memoryKib: Number(groups["memory"]),
    passes: Number(groups["passes"]),
    lanes: Number(groups["lanes"]),
    salt: Buffer.from(groups["salt"] ?? "", "base64"),
    digest: Buffer.from(groups["digest"] ?? "", "base64"),
  };
  return known.digest.length === digestBytes && known.memoryKib <= memoryKibMax ? known : undefined;
}

function isSame(one: PasswordCost, other: PasswordCost): boolean {
  return (
    one.memoryKib === other.memoryKib && one.passes === other.passes && one.lanes === other.lanes
  );
}
