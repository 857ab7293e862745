import { Fragment, type ReactNode } from "react";
import { classNames } from "../ui/class-names.ts";
import { useTold } from "../language/language.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Sentence } from "../ui/sentence.tsx";
import { useFigures } from "../watch/figures.ts";
import type { ChannelEntry, ChannelHealth } from "./channels.ts";
import { useChannelWords } from "./words.ts";

/** The words that a channel's state has. */
export type StateName =
  | "healthy"
  | "cooling"
  | "half_open"
  | "off"
  | "faulty"
  | "shadowed"
  | "unknown";

/** The state of a channel: what keeps it from serving goes before how it fares. */
export function stateOf(
  { shadowed, fault, enabled }: ChannelEntry,
  health: ChannelHealth | undefined,
): StateName {
  if (shadowed) return "shadowed";
  if (fault !== null) return "faulty";
  if (!enabled) return "off";
  return health?.state ?? "unknown";
}

const looks: Readonly<Record<StateName, readonly [IconName, string]>> = {
  healthy: ["check", "text-good"],
  cooling: ["alert", "text-warn"],
  half_open: ["info", "text-info"],
  off: ["off", "text-soft"],
  faulty: ["alert", "text-bad"],
  shadowed: ["info", "text-warn"],
  unknown: ["info", "text-soft"],
};

/** The state in words with its sign, and below it why it is so. */
export function ChannelState({
  channel,
  health,
  isWhole = false,
}: {
  readonly channel: ChannelEntry;
  readonly health: ChannelHealth | undefined;
  /** True: the reason is not cut short. */
  readonly isWhole?: boolean;
}): ReactNode {
  const words = useChannelWords();
  const state = stateOf(channel, health);
  const [icon, tone] = looks[state];
  const why = useReason(channel, health, state);
  return (
    <span className="flex min-w-0 flex-col">
      <span className={classNames("flex items-center gap-1.5", tone)}>
        <Icon name={icon} size={16} />
        {words.states[state]}
      </span>
      {why === undefined ? null : (
        <span
          className={classNames("text-label text-soft", isWhole ? "break-words" : "line-clamp-3")}
          {...(isWhole ? {} : { title: why.join(" · ") })}
        >
          {why.map((part, at) => (
            <Fragment key={part}>
              {at === 0 ? null : " · "}
              <Sentence text={part} />
            </Fragment>
          ))}
        </span>
      )}
    </span>
  );
}

function useReason(
  { fault }: ChannelEntry,
  health: ChannelHealth | undefined,
  state: StateName,
): readonly string[] | undefined {
  const words = useChannelWords();
  const told = useTold();
  const figures = useFigures();
  if (state === "shadowed") return [words.shadowOf];
  if (state === "faulty") return fault === null ? undefined : [told(fault)];
  if (health === undefined || state === "off") return undefined;
  const { why, next_probe: next, credentials, models } = health;
  const cool = credentials.filter((one) => one.state !== "healthy").length;
  const parts = [
    next === null || state === "half_open" ? undefined : words.triesAgain(figures.moment(next)),
    state === "healthy" || why === null ? undefined : told(why),
    state === "healthy" && cool > 0 ? words.credentials(cool, credentials.length) : undefined,
    models.length > 0 ? words.modelsCool(models.map(({ upstream }) => upstream)) : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts;
}
