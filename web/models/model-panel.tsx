import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Words } from "../language/en.ts";
import { useTold, useWords } from "../language/language.tsx";
import { draftFor } from "../playground/draft.ts";
import type { ModelWords } from "../language/models-en.ts";
import { Aperture } from "../ui/aperture.tsx";
import { buttonLooks } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import { SidePanel } from "../ui/side-panel.tsx";
import { useFigures } from "../watch/figures.ts";
import { type ServedModel, type Target, servedModelsQuery, sizeWords } from "./served-models.ts";
import { useSought } from "./sought.ts";
import { useModelWords } from "./words.ts";

/** The panel of one name: what it can do, what it costs, and what serves it in which order. */
export function ModelPanel(): ReactNode {
  const words = useModelWords();
  const { loading } = useWords();
  const { name } = useParams({ from: "/inside/models/$name" });
  const navigate = useNavigate();
  const sought = useSought();
  const models = useQuery(servedModelsQuery);
  const model = models.data?.find(({ id }) => id === name);
  return (
    <SidePanel
      title={name}
      onClose={() => void navigate({ to: "/models", search: sought, resetScroll: false })}
      subtitle={
        model?.alias_of === undefined ? undefined : (
          <p className="text-soft">{words.standsFor(model.alias_of)}</p>
        )
      }
    >
      {models.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {models.data !== undefined && model === undefined ? (
        <Message tone="warn" title={words.notFound} />
      ) : null}
      {model === undefined ? null : (
        <>
          <p className="flex flex-wrap gap-3">
            <Link
              to="/make"
              onClick={() => draftFor(model.id)}
              className={`${buttonLooks("main")} no-underline`}
            >
              {words.tryIt}
            </Link>
            <Link
              to="/requests"
              search={{ model: model.id }}
              className={`${buttonLooks()} no-underline`}
            >
              {words.requests}
            </Link>
            {model.alias_of === undefined ? null : (
              <Link
                to="/models"
                search={{ ...sought, open: model.id }}
                resetScroll={false}
                className={`${buttonLooks()} no-underline`}
              >
                {words.aliases.change}
              </Link>
            )}
          </p>
          <Targets targets={model.targets} />
          <Facts model={model} />
        </>
      )}
    </SidePanel>
  );
}

function Targets({ targets }: { readonly targets: readonly Target[] }): ReactNode {
  const words = useModelWords();
  const figures = useFigures();
  const told = useTold();
  return (
    <section className="flex flex-col gap-2 border-t border-line pt-5">
      <h3 className="font-[650]">{words.targets}</h3>
      <ol className="flex flex-col">
        {targets.map(({ channel, provider, model, upstream, weight, price_words: price }, at) => (
          <li key={at} className="flex gap-3 border-b border-line py-2.5 last:border-b-0">
            <span className="w-4 text-soft">{at + 1}</span>
            <div className="min-w-0 flex-1">
              <Link
                to="/channels/$id"
                params={{ id: channel }}
                className="font-medium text-ink underline"
              >
                {channel}
              </Link>
              <p className="text-label break-words text-soft">
                {[
                  words.providers[provider] ?? provider,
                  words.weight(figures.count(weight)),
                  ...(upstream === model ? [] : [words.upstream(upstream)]),
                ].join(" · ")}
              </p>
            </div>
            <ul className="max-w-1/2 text-right text-label">
              {price.length === 0 ? <li className="text-soft">{words.noPrice}</li> : null}
              {price.map((part) => (
                <li key={part}>{told(part)}</li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The card of a model, a line an ability; what it does not say is left out. */
function Facts({ model }: { readonly model: ServedModel }): ReactNode {
  const words = useModelWords();
  const shell = useWords();
  const { capabilities } = model;
  const card = (capabilities ?? {}) as Readonly<Record<string, unknown>>;
  const rows = Object.entries(words.facts).flatMap(([name, label]) => {
    const text =
      name === "sizes" ? sizesText(model, words, shell) : factText(card[name], words, shell);
    return text === undefined ? [] : [[label, text] as const];
  });
  return (
    <section className="flex flex-col gap-2 border-t border-line pt-5 pb-6">
      <h3 className="font-[650]">{words.abilities}</h3>
      {capabilities === undefined ? <p className="text-soft">{words.unknown}</p> : null}
      <dl className="grid gap-x-6 gap-y-1.5 phone:grid-cols-[auto_1fr]">
        {rows.map(([label, text]) => (
          <div key={label} className="contents">
            <dt className="text-soft">{label}</dt>
            <dd className="min-w-0 break-words">{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function sizesText(model: ServedModel, words: ModelWords, shell: Words): string | undefined {
  const { sizes = [], size_rule: rule } = model.capabilities ?? {};
  const free = rule === undefined || rule === null ? undefined : sizeWords(model, words, shell);
  const all = [...sizes, ...(free === undefined ? [] : [free])];
  return all.length === 0 ? undefined : all.join(shell.and);
}

function factText(value: unknown, words: ModelWords, { and }: Words): string | undefined {
  if (value === true) return words.yes;
  if (value === false) return words.no;
  if (typeof value === "number") return String(value);
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.map((one) => words.operations[String(one)] ?? String(one)).join(and);
}
