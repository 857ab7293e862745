import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ChannelEntry, changeChannel, channelsQuery, inOrder } from "./channels.ts";
import { prioritiesFor } from "./order.ts";
import { useChannelWords } from "./words.ts";

/** The order of the list, and the way to change it. */
export interface Order {
  /** Puts a channel at another place among those that serve, counted without itself. */
  move(id: string, to: number): void;
  /** A sentence on the last move; empty: there was none. */
  readonly told: string;
  readonly error: unknown;
}

/** The order of channels: a move shows at once, and is taken back where the gateway refuses it. */
export function useOrder(served: readonly ChannelEntry[]): Order {
  const words = useChannelWords();
  const queries = useQueryClient();
  const [told, setTold] = useState("");
  const [error, setError] = useState<unknown>(null);
  const save = async (changed: ReadonlyMap<string, number>): Promise<void> => {
    for (const channel of served) {
      const priority = changed.get(channel.id);
      if (priority !== undefined) await changeChannel(channel, { priority });
    }
  };
  return {
    told,
    error,
    move(id, to) {
      const list = served.map((one) => ({ ...one, isFree: one.declared_at === null }));
      const changed = prioritiesFor(list, id, to);
      if (changed === undefined) {
        setTold(words.noRoom(id));
        return;
      }
      const priorities = new Map(changed.map((one) => [one.id, one.priority]));
      queries.setQueryData(channelsQuery.queryKey, (known) =>
        known === undefined
          ? known
          : inOrder(
              known.map((one) =>
                one.shadowed ? one : { ...one, priority: priorities.get(one.id) ?? one.priority },
              ),
            ),
      );
      setTold(words.moved(id, to + 1, served.length));
      setError(null);
      save(priorities)
        .catch(setError)
        .finally(() => void queries.invalidateQueries({ queryKey: channelsQuery.queryKey }));
    },
  };
}
