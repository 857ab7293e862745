import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { numberLink } from "../ui/number-link.ts";
import { useFigures } from "../watch/figures.ts";
import type { ChannelHealth } from "./channels.ts";
import { useChannelWords } from "./words.ts";

/** The last minute in numbers, which lead to the requests that the channel was asked for. */
export function Traffic({
  id,
  health,
}: {
  readonly id: string;
  readonly health: ChannelHealth | undefined;
}): ReactNode {
  const words = useChannelWords();
  const figures = useFigures();
  if (health === undefined) return "–";
  const { succeeded, failed } = health.last_minute;
  const parts = [
    succeeded + failed === 0
      ? undefined
      : words.traffic(figures.count(succeeded), figures.count(failed)),
    health.in_flight === 0 ? undefined : words.inFlight(health.in_flight),
  ].filter((part) => part !== undefined);
  return (
    <Link to="/requests" search={{ channel: id, range: "24h" }} className={numberLink}>
      {parts.length === 0 ? words.quiet : parts.join(" · ")}
    </Link>
  );
}
