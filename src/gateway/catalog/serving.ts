import type { Channel, Target } from "../../core/channel.ts";
import type { ModelCard } from "../../core/model-card.ts";
import type { Narrowing } from "../../core/narrowing.ts";

/** The card that rules what a request may say and how its answer looks: the retired model's own where one was named. */
export function rulingCard(target: Target): ModelCard | undefined {
  return target.model.named ?? target.card;
}

/** The model that really runs, in the client's words. */
export function servedName({ model }: Target): string {
  const { named } = model;
  if (named === undefined || !(named.name === model.name || named.also.includes(model.name))) {
    return model.name;
  }
  // The operator mapped the retired name itself, so only the upstream's name says what runs; it is
  // the name of a model with a card, no deployment's.
  return model.upstream;
}

/** The limits that a channel's settings add to every card; undefined where there are none. */
export function narrowingOf({ channel }: { readonly channel: Channel }): Narrowing | undefined {
  const { provider, credentials } = channel;
  const [settings] = credentials;
  return settings === undefined ? undefined : provider.narrow?.(settings);
}
