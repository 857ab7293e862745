import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { buttonLooks } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { EmptyState, Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";
import { ChannelList } from "./channel-list.tsx";
import { type StateName, stateOf } from "./channel-state.tsx";
import {
  type ChannelEntry,
  type ChannelHealth,
  channelsQuery,
  healthQuery,
  providersQuery,
} from "./channels.ts";
import { useOrder } from "./use-order.ts";
import type { ChannelWords } from "../language/channels-en.ts";
import { useChannelWords } from "./words.ts";

/** The channels: what serves, how it fares, and in which order it is tried. */
export function ChannelsPage(): ReactNode {
  const words = useChannelWords();
  const { loading } = useWords();
  const channels = useQuery(channelsQuery);
  const health = useQuery(healthQuery);
  const providers = useQuery(providersQuery);
  const { id: open } = useParams({ strict: false });
  const all = channels.data ?? [];
  const order = useOrder(all.filter(({ shadowed }) => !shadowed));
  const isOrdered = all.length > 1 && all.some((one) => one.declared_at === null && !one.shadowed);
  const isBare = all.length > 0 && all.every((one) => one.declared_at === "built in");
  const create = (looks: string, text: string): ReactNode => (
    <Link to="/channels/new" resetScroll={false} className={looks}>
      <Icon name="plus" size={16} />
      {text}
    </Link>
  );
  return (
    <Page
      title={words.title}
      state={channels.data === undefined ? undefined : stateText(all, health.data, words)}
      action={create(`${buttonLooks("main")} no-underline`, words.create)}
    >
      {channels.error === null ? null : (
        <Problem error={channels.error} onRetry={() => void channels.refetch()} />
      )}
      {order.error === null ? null : <Problem error={order.error} />}
      {channels.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {channels.data?.length === 0 || isBare ? (
        <EmptyState
          sentence={isBare ? words.bare : words.none}
          action={create(`${buttonLooks()} no-underline`, words.addFirst)}
          command="pinhole channels create --id main --provider openai --settings api_key=@key.txt"
        />
      ) : null}
      {all.length === 0 ? null : (
        <div className="flex flex-col gap-3">
          <ChannelList
            channels={all}
            health={health.data}
            providerNames={new Map(providers.data?.map(({ id, name }) => [id, name]))}
            open={open}
            order={order}
          />
          <p role="status" className="text-label text-soft">
            {order.told === "" && isOrdered ? words.orderKeys : order.told}
          </p>
        </div>
      )}
      <Outlet />
    </Page>
  );
}

/** The states that are counted beside the number of channels. */
const counted = {
  cooling: ["cooling"],
  half_open: ["half_open"],
  faulty: ["faulty"],
  off: ["off"],
  shadowed: ["shadowed"],
} as const satisfies Partial<Record<keyof ChannelWords["counts"], readonly StateName[]>>;

function stateText(
  channels: readonly ChannelEntry[],
  health: ReadonlyMap<string, ChannelHealth> | undefined,
  words: ChannelWords,
): string {
  const states = channels.map((one) => stateOf(one, health?.get(one.id)));
  const parts = Object.entries(counted).flatMap(([name, which]) => {
    const count = states.filter((state) => (which as readonly StateName[]).includes(state)).length;
    return count === 0 ? [] : [words.counts[name as keyof typeof counted](count)];
  });
  return words.state(channels.length, parts);
}
