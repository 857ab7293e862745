import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useWords } from "../language/language.tsx";
import { forgetDraft } from "../operate/editing/kept-draft.ts";
import { Aperture } from "../ui/aperture.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Problem } from "../ui/problem.tsx";
import { ChannelFields } from "./channel-form.tsx";
import { keptProvider, useDraftName } from "./typed.ts";
import { SidePanel } from "../ui/side-panel.tsx";
import { channelsQuery, providerQuery, providersQuery } from "./channels.ts";
import { freeName } from "./form-fields.ts";
import { ProviderSentence } from "./provider-sentence.tsx";
import { useCloseChannel } from "./use-close.ts";
import { useChannelWords } from "./words.ts";

/** The panel in which a channel is made: first its provider, then the form that follows from it. */
export function NewChannelPanel(): ReactNode {
  const words = useChannelWords().panel;
  const draft = useDraftName(undefined);
  const [provider, setProvider] = useState(() => keptProvider(draft));
  return (
    <SidePanel title={words.newTitle} onClose={useCloseChannel()}>
      {provider === undefined ? (
        <ProviderChoice onChoose={setProvider} />
      ) : (
        <NewChannelForm
          key={provider}
          id={provider}
          onOther={() => {
            forgetDraft(draft);
            setProvider(undefined);
          }}
        />
      )}
    </SidePanel>
  );
}

function ProviderChoice({ onChoose }: { readonly onChoose: (id: string) => void }): ReactNode {
  const words = useChannelWords().panel;
  const { loading } = useWords();
  const providers = useQuery(providersQuery);
  const [sought, setSought] = useState("");
  const wanted = sought.trim().toLowerCase();
  const found = (providers.data ?? []).filter(({ id, name }) =>
    `${id} ${name} ${words.providers[name] ?? ""}`.toLowerCase().includes(wanted),
  );
  return (
    <div className="flex flex-col gap-4">
      <p className="text-soft">{words.newLead}</p>
      <Field label={words.searchProvider} value={sought} onChange={setSought} autoFocus />
      {providers.error === null ? null : (
        <Problem error={providers.error} onRetry={() => void providers.refetch()} />
      )}
      {providers.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {providers.data !== undefined && found.length === 0 ? (
        <p className="text-soft">{words.noProvider}</p>
      ) : null}
      <ul aria-label={words.provider} className="grid grid-cols-1 phone:grid-cols-2 phone:gap-x-6">
        {found.map(({ id, name }) => (
          <li key={id} className="border-b border-line">
            <button
              type="button"
              onClick={() => onChoose(id)}
              className="flex min-h-11 w-full items-center text-left hover:text-accent"
            >
              {words.providers[name] ?? name}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function NewChannelForm({
  id,
  onOther,
}: {
  readonly id: string;
  readonly onOther: () => void;
}): ReactNode {
  const words = useChannelWords().panel;
  const { loading } = useWords();
  const navigate = useNavigate();
  const provider = useQuery(providerQuery(id));
  const channels = useQuery(channelsQuery);
  if (provider.data === undefined || channels.data === undefined)
    return provider.error === null ? (
      <Aperture size={40} busy label={loading} />
    ) : (
      <Problem error={provider.error} onRetry={() => void provider.refetch()} />
    );
  const { name, about, docs } = provider.data;
  return (
    <ChannelFields
      channel={undefined}
      provider={provider.data}
      initial={{ id: freeName(id, channels.data), provider: id }}
      lead={() => (
        <div className="flex flex-col gap-1">
          <div className="flex items-center justify-between gap-4">
            <p className="font-medium">{words.providers[name] ?? name}</p>
            <Button kind="quiet" onPress={onOther}>
              {words.otherProvider}
            </Button>
          </div>
          <p className="text-label text-soft">
            <ProviderSentence text={about} />{" "}
            <a href={docs} target="_blank" rel="noreferrer" className="underline">
              {words.docs}
            </a>
          </p>
        </div>
      )}
      onSaved={(saved) =>
        void navigate({
          to: "/channels/$id",
          params: { id: saved.id },
          state: { channel: "made" },
          resetScroll: false,
          ignoreBlocker: true,
        })
      }
    />
  );
}
