import { PinholeError } from "../core/errors.ts";

/** A login as it is kept: e-mail addresses and names are the same in capitals. */
export function loginOf(text: string): string {
  return text.trim().normalize("NFC").toLowerCase();
}

const passwordCharactersMin = 12;
/** Longer ones are a way to make work, not a better password. */
const passwordCharactersMax = 256;
/** Different characters that a password needs: `aaaaaaaaaaaa` is long and no password. */
const differentMin = 5;

/** Throws invalid_value where a password is too short, too simple or the login. */
export function requireGoodPassword(password: string, login: string): void {
  const characters = [...password.normalize("NFC")];
  const fault =
    characters.length < passwordCharactersMin || characters.length > passwordCharactersMax
      ? `must have ${passwordCharactersMin} to ${passwordCharactersMax} characters`
      : new Set(characters).size < differentMin
        ? `must have at least ${differentMin} different characters`
        : loginOf(password) === login
          ? "must not be the name that you sign in with"
          : undefined;
  if (fault === undefined) return;
  throw new PinholeError("invalid_value", { message: `The password ${fault}.`, param: "password" });
}
