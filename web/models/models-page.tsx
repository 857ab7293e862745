import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button, buttonLooks } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { EmptyState, Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";
import { headCell, headRow, rowLooks, tableFrame } from "../ui/table.ts";
import { useIsPhone } from "../watch/use-phone.ts";
import type { PanelSearch } from "../operate/addresses.ts";
import { AliasPanel } from "./alias-panel.tsx";
import { Aliases } from "./aliases.tsx";
import {
  type ServedModel,
  abilityWords,
  aliasesQuery,
  priceText,
  servedModelsQuery,
  sizeWords,
} from "./served-models.ts";
import { useSearchField, useSought } from "./sought.ts";
import { useModelWords } from "./words.ts";

/** The models: each name that clients may ask for, what it can do, and what serves it. */
export function ModelsPage(): ReactNode {
  const words = useModelWords();
  const { loading } = useWords();
  const models = useQuery(servedModelsQuery);
  const { open }: PanelSearch = useSearch({ from: "/inside/models" });
  const [sought, setSought] = useSearchField();
  const wanted = sought.trim().toLowerCase();
  const all = models.data ?? [];
  const found = all.filter(({ id, targets }) =>
    [id, ...targets.flatMap(({ channel, provider }) => [channel, provider])]
      .join(" ")
      .toLowerCase()
      .includes(wanted),
  );
  const aliases = all.filter(({ alias_of: of }) => of !== undefined).length;
  return (
    <Page
      title={words.title}
      state={models.data === undefined ? undefined : words.state(all.length, aliases)}
      action={<NewAlias />}
    >
      {models.error === null ? null : (
        <Problem error={models.error} onRetry={() => void models.refetch()} />
      )}
      {models.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {models.data?.length === 0 ? (
        <EmptyState
          sentence={words.none}
          action={
            <Link to="/channels" className={`${buttonLooks()} no-underline`}>
              {words.addChannel}
            </Link>
          }
          command="pinhole models"
        />
      ) : null}
      {all.length === 0 ? null : (
        <>
          <div className="w-full phone:w-80">
            <Field
              isLabelHidden
              label={words.search}
              placeholder={words.search}
              type="search"
              value={sought}
              onChange={setSought}
            />
          </div>
          {found.length === 0 ? (
            <EmptyState
              sentence={words.noMatch}
              action={<Button onPress={() => setSought("")}>{words.clear}</Button>}
            />
          ) : (
            <ModelList models={found} />
          )}
          <Aliases open={open} />
        </>
      )}
      <OpenAlias />
      <Outlet />
    </Page>
  );
}

function NewAlias(): ReactNode {
  const { create } = useModelWords().aliases;
  const sought = useSought();
  return (
    <Link
      to="/models"
      search={{ ...sought, new: 1 }}
      resetScroll={false}
      className={`${buttonLooks("main")} no-underline`}
    >
      <Icon name="plus" size={16} />
      {create}
    </Link>
  );
}

/** The panel of the alias that the address says is open, or of a new one. */
function OpenAlias(): ReactNode {
  const { open, new: making }: PanelSearch = useSearch({ from: "/inside/models" });
  const navigate = useNavigate();
  const sought = useSought();
  const aliases = useQuery(aliasesQuery);
  const alias = aliases.data?.find(({ id, shadowed }) => id === open && !shadowed);
  if (making !== 1 && alias === undefined) return null;
  return (
    <AliasPanel
      key={making === 1 ? "" : open}
      alias={making === 1 ? undefined : alias}
      onClose={() => void navigate({ to: "/models", search: sought, resetScroll: false })}
    />
  );
}

const cell = "px-3 py-2.5 align-top break-words";
const second = `${cell} pt-[0.6875rem] text-label text-soft`;

function ModelList({ models }: { readonly models: readonly ServedModel[] }): ReactNode {
  const words = useModelWords();
  const all = useWords();
  const { name: open } = useParams({ strict: false });
  const { columns } = words;
  if (useIsPhone())
    return (
      <ul aria-label={words.table} className="flex flex-col">
        {models.map((model) => (
          <li
            key={model.id}
            data-row={model.id}
            className="relative flex flex-col gap-0.5 border-b border-line py-3"
          >
            <Name model={model} isOpen={false} />
            <span className="text-label text-soft">
              {abilityWords(model, words, all)} · {priceText(model, words, all)}
            </span>
          </li>
        ))}
      </ul>
    );
  return (
    <div className={tableFrame} tabIndex={0} role="region" aria-label={words.table}>
      <table className="w-full min-w-3xl table-fixed border-collapse">
        <thead>
          <tr className={headRow}>
            {[columns.name, columns.does, columns.sizes, columns.price, columns.served].map(
              (text) => (
                <th key={text} scope="col" className={headCell}>
                  {text}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model.id} data-row={model.id} className={rowLooks(model.id === open)}>
              <td className={cell}>
                <Name model={model} isOpen={model.id === open} />
              </td>
              <td className={second}>{abilityWords(model, words, all)}</td>
              <td className={second}>{sizeWords(model, words, all) ?? "–"}</td>
              <td className={`${cell} pt-[0.6875rem] text-label`}>
                {priceText(model, words, all)}
              </td>
              <td className={second}>
                {[...new Set(model.targets.map(({ channel }) => channel))].join(" → ")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Name({
  model: { id, alias_of: of, retires_at: end },
  isOpen,
}: {
  readonly model: ServedModel;
  readonly isOpen: boolean;
}): ReactNode {
  const words = useModelWords();
  const sought = useSought();
  const notes = [
    of === undefined ? undefined : words.standsFor(of),
    end === undefined
      ? undefined
      : Date.parse(end) > Date.now()
        ? words.retires(end)
        : words.isOver(end),
  ].filter((note) => note !== undefined);
  return (
    <>
      <Link
        to="/models/$name"
        params={{ name: id }}
        search={sought}
        resetScroll={false}
        aria-current={isOpen ? "true" : undefined}
        className="font-medium break-words text-ink no-underline after:absolute after:inset-0"
      >
        {id}
      </Link>
      {notes.length === 0 ? null : <p className="text-label text-soft">{notes.join(" · ")}</p>}
    </>
  );
}
