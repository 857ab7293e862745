import { z } from "zod";
import { noticeKinds } from "../../core/notice.ts";
import {
  noticeForms,
  type NoticeTarget,
  signingBytes,
  signingKey,
} from "../../core/notice-target.ts";
import { Secret } from "../../core/secret.ts";
import type { Faults } from "../faults.ts";
import { allowPrivate } from "./egress.ts";
import { ownerId } from "../../core/forms.ts";

const urlForm = "an https URL without user name and password";
const secretForm = `whsec_ and ${signingBytes.min} to ${signingBytes.max} bytes in base64`;

const targetUrl = z
  .string()
  .transform((text, context) => {
    const url = URL.parse(text);
    const isPlain = url !== null && `${url.username}${url.password}` === "";
    if (isPlain && /^https?:$/.test(url.protocol)) return new Secret(text);
    context.addIssue({ code: "custom", message: `must be ${urlForm}` });
    return z.NEVER;
  })
  .meta({ form: urlForm });

const targetSchema = z.strictObject({
  name: ownerId("The target in records and logs; a new name is a new target."),
  url: targetUrl.describe("The address that notices are posted to; its path may be a credential."),
  form: z
    .enum(noticeForms)
    .default("standard")
    .describe("`standard`: signed JSON as Standard Webhooks has it; the others are chat rooms."),
  secret: z
    .string()
    .transform((text, context) => {
      if (signingKey(text) !== undefined) return new Secret(text);
      context.addIssue({ code: "custom", message: `must be ${secretForm}` });
      return z.NEVER;
    })
    .optional()
    .meta({
      form: secretForm,
      description: "The key of signatures; `standard` needs it, the others have none.",
    }),
  kinds: z
    .array(z.enum(noticeKinds))
    .min(1)
    .optional()
    .meta({
      form: `a list of ${noticeKinds.map((kind) => `\`${kind}\``).join(", ")}`,
      description: "Kinds of notices that are sent. Not set: all.",
    }),
});

/** `notices`: where what asks for attention is sent. */
export const noticesSchema = z.strictObject({
  targets: z
    .array(targetSchema)
    .max(20)
    .default([])
    .meta({ form: "a list of targets", description: "Places that notices are sent to." }),
  allow_private: allowPrivate,
});
export type NoticeSettings = z.output<typeof noticesSchema>;

/** Targets as they are read. */
export function targetsOf({ targets }: NoticeSettings): NoticeTarget[] {
  return targets.map(({ name, url, form, secret, kinds }) => ({ name, url, form, secret, kinds }));
}

/** Adds a fault for a name that repeats, a key that is missing or too many, and an address that is never reached. */
export function faultTargets(
  { targets, allow_private: allow }: NoticeSettings,
  faults: Faults,
): void {
  const ports = allow.ports.length > 0 ? allow.ports : allow.http ? [443, 80] : [443];
  const seen = new Set<string>();
  for (const [index, { name, url, form, secret }] of targets.entries()) {
    const at = ["notices", "targets", index];
    if (seen.has(name))
      faults.add(
        [...at, "name"],
        `another target has the name \`${name}\` already; choose a different one`,
      );
    seen.add(name);
    if (form === "standard" && secret === undefined)
      faults.add(
        [...at, "secret"],
        `a target of the form \`standard\` needs a \`secret\`: ${secretForm}`,
      );
    if (form !== "standard" && secret !== undefined)
      faults.add([...at, "secret"], `the form \`${form}\` has no signature; remove \`secret\``);
    const { protocol, port } = new URL(url.reveal());
    if (protocol === "http:" && !allow.http)
      faults.add(
        [...at, "url"],
        "the URL is http:; use https, or set `notices.allow_private.http`",
      );
    else if (!ports.includes(port === "" ? (protocol === "http:" ? 80 : 443) : Number(port)))
      faults.add(
        [...at, "url"],
        "the URL's port is not among `notices.allow_private.ports`; add it",
      );
  }
}
