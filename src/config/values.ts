import { isIP } from "node:net";
import { z } from "zod";
import { Secret } from "../core/secret.ts";

const bytesOf: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** `64MB` as bytes; a bare number is bytes; undefined where the text is no size. */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,6})?) ?([kmgt]?i?b)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const factor = bytesOf[(match[2] ?? "b").toLowerCase()];
  return factor === undefined ? undefined : Math.round(Number(match[1]) * factor);
}

/** A size between two others; bytes once read. */
export function byteSize(min: string, max: string) {
  const [least, most] = [parseByteSize(min) ?? 0, parseByteSize(max) ?? 0];
  const form = `a size from ${min} to ${max}, such as 500KB, 64MB or 10GiB`;
  return z
    .union([z.string(), z.int()])
    .transform((value, context) => {
      const bytes = parseByteSize(String(value));
      if (bytes !== undefined && bytes >= least && bytes <= most) return bytes;
      context.addIssue({ code: "custom", message: `must be ${form}` });
      return z.NEVER;
    })
    .meta({ form });
}

/** An http or https URL without credentials, query or fragment; its trailing slash goes. Empty: none. */
export function webUrl() {
  const form = "an http or https URL such as https://images.example.com";
  return z
    .string()
    .transform((text, context) => {
      if (text === "") return undefined;
      const url = URL.parse(text);
      const plain =
        url !== null &&
        /^https?:$/.test(url.protocol) &&
        `${url.username}${url.password}${url.search}${url.hash}` === "";
      if (plain) return url.href.replace(/\/+$/, "");
      context.addIssue({ code: "custom", message: `must be ${form}` });
      return z.NEVER;
    })
    .meta({ form });
}

/** A credential of at least this many characters. */
export function secretText(charactersMin: number) {
  const form = `text of ${charactersMin} characters or more, without spaces`;
  return z
    .string()
    .regex(new RegExp(`^\\S{${charactersMin},}$`), { message: `must be ${form}` })
    .transform((value) => new Secret(value))
    .meta({ form });
}

/** An address and port to listen on: `127.0.0.1:9464`, `[::1]:9464`, `localhost:9464`. */
export function listenAddress() {
  const form = "an address and a port such as 127.0.0.1:9464 or [::1]:9464";
  return z
    .string()
    .transform((text, context) => {
      const read = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9][a-z0-9.-]*)):(\d{1,5})$/i.exec(text);
      const [, v6, name, digits] = read ?? [];
      const host = v6 ?? name;
      const isGood =
        host !== undefined && Number(digits) <= 65_535 && (v6 === undefined || isIP(v6) === 6);
      if (isGood) return { host, port: Number(digits) };
      context.addIssue({ code: "custom", message: `must be ${form}` });
      return z.NEVER;
    })
    .meta({ form });
}

/** True for an address, a CIDR range, or a word for the private ranges that Fastify knows. */
export function isAddressRange(text: string): boolean {
  return ["loopback", "linklocal", "uniquelocal"].includes(text) || isAddressOrRange(text);
}

/** True for an address or a CIDR range. */
export function isAddressOrRange(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}

/** True for what a browser sends as Origin, and for `*`. */
export function isOrigin(text: string): boolean {
  return text === "*" || URL.parse(text)?.origin === text;
}
