import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { useTold } from "../language/language.tsx";
import { Icon } from "../ui/icon.tsx";
import { headCell, headRow, rowLooks, tableFrame } from "../ui/table.ts";
import { useFigures } from "../watch/figures.ts";
import { useIsPhone } from "../watch/use-phone.ts";
import { ChannelMenu } from "./channel-menu.tsx";
import { ChannelState } from "./channel-state.tsx";
import type { ChannelEntry, ChannelHealth } from "./channels.ts";
import { type Drag, useDrag } from "./use-drag.ts";
import type { Order } from "./use-order.ts";
import { Traffic } from "./traffic.tsx";
import { useChannelWords } from "./words.ts";

interface ListProps {
  readonly channels: readonly ChannelEntry[];
  readonly health: ReadonlyMap<string, ChannelHealth> | undefined;
  readonly providerNames: ReadonlyMap<string, string>;
  /** The one that stands open beside the list. */
  readonly open: string | undefined;
  readonly order: Order;
}

/** One line of the list. */
interface LineProps extends Omit<ListProps, "channels" | "order"> {
  readonly channel: ChannelEntry;
  /** Place among those that serve, from 0; -1: it is in the shadow of the file. */
  readonly at: number;
  /** Turn, from 1, which those of one priority share. */
  readonly rank: number | undefined;
  /** The weight of all of its turn; undefined: it has its turn alone. */
  readonly share: number | undefined;
  readonly drag: Drag | undefined;
  readonly handle: ReturnType<ReturnType<typeof useDrag>["handle"]>;
  readonly onStep: ((by: 1 | -1) => void) | undefined;
}

/** The channels in the order in which they are tried; a line is a link to its channel. */
export function ChannelList({ channels, order, ...rest }: ListProps): ReactNode {
  const words = useChannelWords();
  const isPhone = useIsPhone();
  const serving = channels.filter(({ shadowed }) => !shadowed);
  const served = serving.map(({ id }) => id);
  const ranks = [...new Set(serving.map(({ priority }) => priority))];
  const refocus = useFocusAfterMove(served);
  const { drag, handle } = useDrag(served, order.move);
  const lines = channels.map((channel): LineProps => {
    const { id, shadowed, declared_at: declared } = channel;
    const at = shadowed ? -1 : served.indexOf(id);
    const step = (by: 1 | -1): void => {
      if (at + by < 0 || at + by >= served.length) return;
      refocus(id);
      order.move(id, at + by);
    };
    return {
      ...rest,
      channel,
      at,
      rank: at === -1 ? undefined : ranks.indexOf(channel.priority) + 1,
      share: sharedWeight(serving, channel),
      drag,
      handle: handle(id),
      onStep: declared === null && !shadowed ? step : undefined,
    };
  });
  if (isPhone)
    return (
      <ul aria-label={words.table} className="flex flex-col">
        {lines.map((line) => (
          <PhoneLine key={keyOf(line.channel)} {...line} />
        ))}
      </ul>
    );
  return (
    <div className={tableFrame} tabIndex={0} role="region" aria-label={words.table}>
      <table className="w-full min-w-3xl table-fixed border-collapse">
        <thead>
          <tr className={headRow}>
            <th scope="col" className="w-17 py-2 text-left font-normal">
              <span className="sr-only">{words.columns.order}</span>
            </th>
            <th scope="col" className={`${headCell} w-[26%]`}>
              {words.columns.name}
            </th>
            <th scope="col" className={`${headCell} w-[26%]`}>
              {words.columns.state}
            </th>
            <th scope="col" className={headCell}>
              {words.columns.models}
            </th>
            <th scope="col" className={`${headCell} w-40`}>
              {words.columns.traffic}
            </th>
            <th scope="col" className="w-12">
              <span className="sr-only">{words.columns.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <TableLine key={keyOf(line.channel)} {...line} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const cell = "px-3 py-2.5 align-top";

/** The weight of all that have a channel's turn; undefined: it has it alone. */
function sharedWeight(
  serving: readonly ChannelEntry[],
  { priority, shadowed }: ChannelEntry,
): number | undefined {
  const like = serving.filter((one) => one.priority === priority);
  if (shadowed || like.length < 2) return undefined;
  return like.reduce((sum, { weight }) => sum + weight, 0);
}

const keyOf = ({ id, shadowed }: ChannelEntry): string => (shadowed ? `${id} ` : id);

/** Keeps the focus on a handle whose row was moved: browsers lose it with the row. */
function useFocusAfterMove(order: readonly string[]): (id: string) => void {
  const wanted = useRef<string>(undefined);
  const key = order.join(" ");
  useEffect(() => {
    if (wanted.current === undefined || document.activeElement !== document.body) return;
    const place = `[data-channel="${CSS.escape(wanted.current)}"] [data-focus]`;
    document.querySelector<HTMLElement>(place)?.focus();
    wanted.current = undefined;
  }, [key]);
  return (id) => {
    wanted.current = id;
  };
}

function Handle({ channel, rank, handle, onStep }: LineProps): ReactNode {
  const words = useChannelWords();
  const steps = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : undefined;
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onStep?.(by);
  };
  return (
    <span className="relative z-1 flex items-center gap-1">
      {onStep === undefined ? (
        <span className="h-8 w-6" aria-hidden />
      ) : (
        <button
          type="button"
          data-focus
          aria-label={words.move(channel.id)}
          className="grid h-8 w-6 cursor-grab touch-none place-items-center rounded-control text-soft hover:text-ink active:cursor-grabbing"
          onKeyDown={steps}
          {...handle}
        >
          <Icon name="grip" size={16} />
        </button>
      )}
      <span className="w-5 text-right text-soft">{rank}</span>
    </span>
  );
}

/** The looks of a line while a row is dragged: the row itself, and the line before which it would go. */
function dragLooks({ channel, at, drag }: LineProps): string | undefined {
  if (drag === undefined) return undefined;
  if (drag.id === channel.id) return "opacity-50";
  // Places are counted without the row that is dragged.
  const own = drag.from < at ? at - 1 : at;
  return own === drag.to ? "shadow-[inset_0_2px_0_var(--color-accent)]" : undefined;
}

function TableLine(line: LineProps): ReactNode {
  const { channel, health, open, onStep } = line;
  const { id } = channel;
  const isOpen = id === open;
  return (
    <tr
      data-channel={id}
      className={rowLooks(isOpen, dragLooks(line))}
      onKeyDownCapture={(event) => altSteps(event, onStep)}
    >
      <td className="py-1.5 pl-1.5 align-top">
        <Handle {...line} />
      </td>
      <td className={cell}>
        <Name {...line} />
      </td>
      <td className={cell}>
        <ChannelState channel={channel} health={health?.get(id)} />
      </td>
      <td className={cell}>
        <Models channel={channel} />
      </td>
      <td className={`${cell} text-soft`}>
        <Traffic id={id} health={channel.shadowed ? undefined : health?.get(id)} />
      </td>
      <td className="py-1 pr-1 align-top">
        <ChannelMenu channel={channel} onStep={onStep} />
      </td>
    </tr>
  );
}

function altSteps(event: KeyboardEvent, onStep: LineProps["onStep"]): void {
  if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  event.preventDefault();
  // The button of the menu would open it by the same keys.
  event.stopPropagation();
  onStep?.(event.key === "ArrowUp" ? -1 : 1);
}

function Name({ channel, open, providerNames, share }: LineProps): ReactNode {
  const words = useChannelWords();
  const figures = useFigures();
  const { id, provider, declared_at: declared } = channel;
  const told = useTold();
  const english = providerNames.get(provider ?? "") ?? provider;
  const name = words.panel.providers[english ?? ""] ?? english;
  const place = declared === null ? null : told(declared);
  const shares =
    share === undefined ? null : words.shares(figures.count(channel.weight), figures.count(share));
  return (
    <>
      <Link
        to="/channels/$id"
        params={{ id }}
        resetScroll={false}
        aria-current={open === id ? "true" : undefined}
        className="font-medium break-words text-ink no-underline after:absolute after:inset-0"
      >
        {id}
      </Link>
      <p className="text-label break-words text-soft">
        {[name === id ? null : name, place, shares].filter((part) => part !== null).join(" · ")}
      </p>
    </>
  );
}

const modelsShown = 2;

function Models({ channel: { models } }: Pick<LineProps, "channel">): ReactNode {
  const words = useChannelWords();
  if (models === null) return <span className="text-soft">{words.allModels}</span>;
  const names = models.map((one) => (typeof one === "string" ? one : one.name));
  const more = names.length - modelsShown;
  return (
    <>
      {names.slice(0, modelsShown).map((name) => (
        <span key={name} className="block truncate" title={name}>
          {name}
        </span>
      ))}
      {more > 0 ? <span className="text-label text-soft">{words.andMore(more)}</span> : null}
    </>
  );
}

function PhoneLine(line: LineProps): ReactNode {
  const { channel, health, onStep } = line;
  return (
    <li
      data-channel={channel.id}
      className="relative flex items-start gap-2 border-b border-line py-3"
      onKeyDownCapture={(event) => altSteps(event, onStep)}
    >
      <span className="w-5 shrink-0 text-right text-soft">{line.rank}</span>
      <span className="flex min-w-0 flex-1 flex-col gap-0.5">
        <Name {...line} />
        <ChannelState channel={channel} health={health?.get(channel.id)} />
      </span>
      <ChannelMenu channel={channel} onStep={onStep} />
    </li>
  );
}
