import { useQuery } from "@tanstack/react-query";
import { Link, useRouteContext } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { stateOf } from "../channels/channel-state.tsx";
import { channelsQuery, healthQuery } from "../channels/channels.ts";
import { groupsOf } from "../frame/places.ts";
import { useWatchWords } from "./words.ts";

/** The words that end the overview's sentence of state: how the channels fare, with the way to them. Nothing for who may not see them. */
export function ChannelsToday(): ReactNode {
  const words = useWatchWords().overview;
  const { session } = useRouteContext({ from: "/inside" });
  const places = groupsOf(session.caller.role).flatMap((group) => group.places);
  const enabled = places.some(({ path }) => path === "/channels");
  const channels = useQuery({ ...channelsQuery, enabled }).data;
  const health = useQuery({ ...healthQuery, enabled, refetchInterval: 30_000 }).data;
  if (channels === undefined || health === undefined || channels.length === 0) return null;
  const states = channels.map((channel) => stateOf(channel, health.get(channel.id)));
  const ill = states.filter((state) => state !== "healthy" && state !== "off").length;
  return (
    <>
      {" · "}
      <Link
        to="/channels"
        className="text-inherit underline decoration-line underline-offset-3 hover:decoration-ink"
      >
        {ill === 0 ? words.healthy : words.ill(ill)}
      </Link>
    </>
  );
}
