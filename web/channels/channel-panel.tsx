import { useQuery } from "@tanstack/react-query";
import { useLocation, useNavigate, useParams } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Message } from "../ui/message.tsx";
import { Problem } from "../ui/problem.tsx";
import { ChannelMenu } from "./channel-menu.tsx";
import { ChannelFields } from "./channel-form.tsx";
import { ChannelState } from "./channel-state.tsx";
import { TestSection } from "./channel-test.tsx";
import {
  type ChannelEntry,
  type Provider,
  channelsQuery,
  healthQuery,
  providerQuery,
} from "./channels.ts";
import { DeclaredFields } from "./declared-fields.tsx";
import { useChannelWords } from "./words.ts";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** Why the panel was opened: the channel was just made, or is to be tested. */
    readonly channel?: "made" | "test";
  }
}

/** The panel over the right half of the page, in which one channel is made, shown or changed. On a phone it is the page. */
export function SidePanel({
  title,
  subtitle,
  actions,
  children,
}: {
  readonly title: string;
  readonly subtitle?: ReactNode;
  /** Stands beside the way to close. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  const words = useChannelWords().panel;
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  const close = (): void => void navigate({ to: "/channels", resetScroll: false });
  useEffect(() => {
    heading.current?.focus();
    const opener = title;
    return () => {
      const row = document.querySelector<HTMLElement>(`[data-channel="${CSS.escape(opener)}"] a`);
      row?.focus();
    };
  }, [title]);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { key, target, defaultPrevented } = event;
      // Lists and questions that are open have the key to themselves.
      const isElsewhere =
        target instanceof Element && target.closest("[role*=dialog],[role=menu],[role=listbox]");
      if (key === "Escape" && !defaultPrevented && !isElsewhere) close();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
  return (
    <aside
      aria-label={title}
      className="fixed inset-y-0 right-0 z-10 flex w-full flex-col gap-5 overflow-y-auto border-l border-line bg-ground px-6 pt-6 pb-14 shadow-float transition-transform duration-[240ms] ease-hand phone:w-1/2 phone:min-w-[34rem] phone:pb-0 starting:translate-x-8"
    >
      <div className="flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h2
            ref={heading}
            tabIndex={-1}
            className="text-title font-[650] break-words outline-none"
          >
            {title}
          </h2>
          {subtitle}
        </div>
        <span className="flex">
          {actions}
          <Button kind="quiet" isSquare aria-label={words.close} onPress={close}>
            <Icon name="close" />
          </Button>
        </span>
      </div>
      {children}
    </aside>
  );
}

/** The panel of a channel that there is. */
export function ChannelPanel(): ReactNode {
  const words = useChannelWords().panel;
  const { loading } = useWords();
  const { id } = useParams({ from: "/inside/channels/$id" });
  const channels = useQuery(channelsQuery);
  const channel = channels.data?.find((one) => one.id === id && !one.shadowed);
  const provider = useQuery({
    ...providerQuery(channel?.provider ?? ""),
    enabled: channel !== undefined,
  });
  if (channels.data !== undefined && channel === undefined)
    return (
      <SidePanel title={id}>
        <Message tone="warn" title={words.notFound} />
      </SidePanel>
    );
  if (channel === undefined || provider.data === undefined)
    return (
      <SidePanel title={id}>
        {provider.error === null ? (
          <Aperture size={40} busy label={loading} />
        ) : (
          <Problem error={provider.error} onRetry={() => void provider.refetch()} />
        )}
      </SidePanel>
    );
  return <OpenChannel key={id} channel={channel} provider={provider.data} />;
}

function OpenChannel({
  channel,
  provider,
}: {
  readonly channel: ChannelEntry;
  readonly provider: Provider;
}): ReactNode {
  const words = useChannelWords().panel;
  const why = useLocation({ select: ({ state }) => state.channel });
  const health = useQuery(healthQuery).data;
  const { id, declared_at: declared, fault } = channel;
  const test = (isUnsaved: boolean): ReactNode =>
    fault === null ? (
      <TestSection channel={channel} isUnsaved={isUnsaved} isBegun={why === "test"} />
    ) : null;
  return (
    <SidePanel
      title={id}
      actions={<ChannelMenu channel={channel} isInPanel />}
      subtitle={
        <p className="text-soft">
          {provider.name} ·{" "}
          <a href={provider.docs} target="_blank" rel="noreferrer" className="underline">
            {words.docs}
          </a>
        </p>
      }
    >
      <ChannelState channel={channel} health={health?.get(id)} isWhole />
      {why === "made" ? <Message tone="good" title={words.bar.created} /> : null}
      {declared === null ? (
        <ChannelFields
          channel={channel}
          provider={provider}
          lead={({ changed }) => test(changed > 0)}
          onSaved={() => {}}
        />
      ) : (
        <>
          {test(false)}
          <Message tone="info" title={words.declared(declared)}>
            {words.declaredMeans}
          </Message>
          <DeclaredFields channel={channel} provider={provider} />
        </>
      )}
    </SidePanel>
  );
}
