import { useQuery } from "@tanstack/react-query";
import { useLocation, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTold, useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
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
import { SidePanel } from "../ui/side-panel.tsx";
import { useCloseChannel } from "./use-close.ts";
import { useChannelWords } from "./words.ts";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** Why the panel was opened: the channel was just made, or is to be tested. */
    readonly channel?: "made" | "test";
  }
}

/** The panel of a channel that there is. */
export function ChannelPanel(): ReactNode {
  const words = useChannelWords().panel;
  const { loading } = useWords();
  const { id } = useParams({ from: "/inside/channels/$id" });
  const close = useCloseChannel();
  const channels = useQuery(channelsQuery);
  const channel = channels.data?.find((one) => one.id === id && !one.shadowed);
  const provider = useQuery({
    ...providerQuery(channel?.provider ?? ""),
    enabled: channel !== undefined,
  });
  if (channels.data !== undefined && channel === undefined)
    return (
      <SidePanel title={id} onClose={close}>
        <Message tone="warn" title={words.notFound} />
      </SidePanel>
    );
  if (channel === undefined || provider.data === undefined)
    return (
      <SidePanel title={id} onClose={close}>
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
  const told = useTold();
  const { id, declared_at: declared, fault } = channel;
  const test = (isUnsaved: boolean): ReactNode =>
    fault === null ? (
      <TestSection channel={channel} isUnsaved={isUnsaved} isBegun={why === "test"} />
    ) : null;
  return (
    <SidePanel
      title={id}
      onClose={useCloseChannel()}
      actions={<ChannelMenu channel={channel} isInPanel />}
      subtitle={
        <p className="text-soft">
          {words.providers[provider.name] ?? provider.name} ·{" "}
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
          {declared === "built in" ? (
            <Message tone="info" title={words.builtIn}>
              {words.builtInMeans}
            </Message>
          ) : (
            <Message tone="info" title={words.declared(told(declared))}>
              {words.declaredMeans}
            </Message>
          )}
          <DeclaredFields channel={channel} provider={provider} />
        </>
      )}
    </SidePanel>
  );
}
