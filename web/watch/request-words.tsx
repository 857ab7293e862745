import type { ReactNode } from "react";
import type { WatchWords } from "../language/watch-en.ts";
import { Aperture } from "../ui/aperture.tsx";
import { classNames } from "../ui/class-names.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { dollars } from "../ui/money.ts";
import type { RequestEntry } from "./requests.ts";
import type { RequestState } from "./addresses.ts";
import { useWatchWords } from "./words.ts";

const marks: Readonly<Record<Exclude<RequestState, "running">, readonly [IconName, string]>> = {
  succeeded: ["check", "text-good"],
  partial: ["alert", "text-warn"],
  failed: ["close", "text-bad"],
  lost: ["close", "text-bad"],
};

/** The state of a request: an icon and a word, with the error's code where there is one. */
export function StateMark({
  entry,
}: {
  readonly entry: Pick<RequestEntry, "state" | "error">;
}): ReactNode {
  const { states } = useWatchWords().requests;
  const { state, error } = entry;
  if (state === "running")
    return (
      <span className="inline-flex items-center gap-1.5 text-info">
        <Aperture size={14} busy />
        {states.running}
      </span>
    );
  const [icon, colour] = marks[state];
  return (
    <span className={classNames("inline-flex items-center gap-1.5", colour)}>
      <Icon name={icon} size={16} />
      {states[state]}
      {error === null ? null : <span className="text-label text-soft">{error.code}</span>}
    </span>
  );
}

/** The decimals of a column of costs. */
const columnDecimals = 3;

/** The cost as its payer owes it. */
export function costText(
  { state, price, cost_usd: usd }: Pick<RequestEntry, "state" | "price" | "cost_usd">,
  { request: words }: WatchWords,
  isColumn = false,
): string {
  if (state === "running") return "–";
  if (usd === null) return price === null ? "–" : "?";
  return dollars(usd, words.free, isColumn ? columnDecimals : undefined);
}

/** The prompt, where it is still kept. */
export function promptOf({ fields }: Pick<RequestEntry, "fields">): string | undefined {
  const { prompt } = fields;
  return typeof prompt === "string" && prompt !== "" ? prompt : undefined;
}

/** The key that a request was made with, after the person where that was in the console with a key of theirs. */
export function makerOf(
  { key_id: id, key_name: name, person_id: person, person_name: personName }: Maker,
  unknownKey: string,
): string {
  const key = name ?? unknownKey;
  return personName === null || id === `console:${person}` ? key : `${personName} · ${key}`;
}

type Maker = Pick<RequestEntry, "key_id" | "key_name" | "person_id" | "person_name">;
