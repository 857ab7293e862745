import type { Channel } from "../../core/channel.ts";
import type { Health, HealthView } from "./health.ts";
import type { ChannelState } from "./state.ts";

/** The health of a channel as an operator reads it. Never holds a credential: they are told apart by their place in the list. */
export interface ChannelView extends HealthView {
  readonly channel: Channel;
  readonly inFlight: number;
  readonly waiting: number;
  readonly credentials: readonly HealthView[];
  /** Models that the upstream has refused to know and that still cool, by its names for them. */
  readonly models: readonly (HealthView & { readonly model: string })[];
}

/** The health of a channel at a time of the process's uptime; `dayOf` makes Unix milliseconds of such times. */
export function viewChannel(
  state: ChannelState,
  now: number,
  dayOf: (at: number) => number,
): ChannelView {
  const view = (health: Health): HealthView => inDays(health.view(now), dayOf);
  const credentials = state.credentials.map(view);
  const models = [...state.models].map(([model, health]) => ({ ...view(health), model }));
  return {
    ...whole(view(state.health), credentials),
    channel: state.channel,
    inFlight: state.room.inFlight,
    waiting: state.waiting,
    credentials,
    models: models.filter((one) => one.state !== "healthy"),
  };
}

function inDays(view: HealthView, dayOf: (at: number) => number): HealthView {
  const { since, nextProbe } = view;
  return {
    ...view,
    since: dayOf(since),
    nextProbe: nextProbe === undefined ? undefined : dayOf(nextProbe),
  };
}

/** A channel of which no credential is healthy is as cool as the one that will be so first. */
function whole(own: HealthView, credentials: readonly HealthView[]): HealthView {
  if (own.state !== "healthy" || credentials.some(({ state }) => state === "healthy")) return own;
  const [first, ...others] = credentials.toSorted(
    (a, b) => (a.nextProbe ?? Infinity) - (b.nextProbe ?? Infinity),
  );
  if (first === undefined) return own;
  const why = others.length === 0 ? first.why : `no credential is healthy; one: ${first.why}`;
  return { ...first, why, succeeded: own.succeeded, failed: own.failed };
}
