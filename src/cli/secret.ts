import type { SecretNeeds, SecretStatus } from "../app/secret-status.ts";
import type { CliCommand } from "./command.ts";
import { withConfig } from "./local.ts";
import { defineConfigFlags } from "./read-config.ts";
import { UsageError } from "./remote.ts";

/** Names that a line tells; the rest is a number. */
const namesMax = 10;

/** `pinhole secret status`: what still needs the secret of before, and what dropping it would end. */
export const secretCommand: CliCommand = {
  name: "secret",
  about: "say what still needs the secret of before: `pinhole secret status`",
  define(command) {
    command.argument("<action>", "status");
    defineConfigFlags(command);
  },
  run: (input, context) =>
    withConfig(input, context, async (config) => {
      if (input.args[0] !== "status") throw new UsageError("only `pinhole secret status` is known");
      const { secretStatus } = await import("../app/secret-status.ts");
      const status = await secretStatus(config, context.now);
      if (status === undefined) throw new Error("there is no secret yet; the first start makes it");
      for (const line of linesOf(status, context.now())) context.out(`${line}\n`);
    }),
};

function linesOf(status: SecretStatus, now: number): string[] {
  const { fingerprint, previousFingerprint, changed, needs, urlsUntil } = status;
  const since = changed === undefined ? "" : `, since ${timeOf(changed.at)}`;
  const before = previousFingerprint ?? "none; PINHOLE_SECRET_PREVIOUS is not set";
  return [
    `secret: ${fingerprint}${since}`,
    `secret of before: ${before}`,
    ...needs.filter(isAny).map(lineOf),
    ...(urlsUntil === undefined || urlsUntil < now
      ? []
      : [
          `URLs of images by the secret before ${fingerprint}: the last one ends at ${timeOf(urlsUntil)}`,
        ]),
    verdictOf(status, now),
  ];
}

function isAny({ current, previous, other }: SecretNeeds): boolean {
  return current + previous.length + other.length > 0;
}

function lineOf({ kind, current, previous, other }: SecretNeeds): string {
  const parts = [
    `${current} with this secret`,
    ...(previous.length === 0 ? [] : [`${namesOf(previous)} with the one of before`]),
    ...(other.length === 0
      ? []
      : [`${namesOf(other)} with one that is not here, so they open nothing`]),
  ];
  return `${kind}: ${parts.join("; ")}`;
}

function verdictOf({ previousFingerprint, needs, urlsUntil }: SecretStatus, now: number): string {
  if (previousFingerprint === undefined) return "no change of secrets is under way";
  const ending = needs.filter(({ previous }) => previous.length > 0);
  const words = ending.map(({ kind, previous }) => `${kind} (${previous.length})`);
  if (urlsUntil !== undefined && urlsUntil >= now) words.push("URLs of images");
  return words.length === 0
    ? "PINHOLE_SECRET_PREVIOUS can be dropped: nothing needs it any more"
    : `dropping PINHOLE_SECRET_PREVIOUS now would end: ${words.join(", ")}; each is taken over when it is next used`;
}

function namesOf(names: readonly string[]): string {
  const told = names.slice(0, namesMax).join(", ");
  const more = names.length > namesMax ? ` and ${names.length - namesMax} more` : "";
  return `${names.length} (${told}${more})`;
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
