import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { ask } from "../api/ask.ts";
import { useWords } from "../language/language.tsx";
import type { WatchWords } from "../language/watch-en.ts";
import { Aperture } from "../ui/aperture.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { EmptyState, Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";
import { Select } from "../ui/select.tsx";
import { MoreButton } from "../ui/more-button.tsx";
import type { AuditSearch } from "./addresses.ts";
import { type AuditState, differencesOf } from "./differences.ts";
import { useFigures } from "./figures.ts";
import { queryOf } from "./requests.ts";
import { useWatchWords } from "./words.ts";

/** A change as it was written down. */
interface AuditEntry {
  readonly id: string;
  readonly at: string;
  readonly who: string;
  readonly action: string;
  readonly resource: string;
  readonly resource_id: string;
  readonly address: string | null;
  readonly request_id: string | null;
  readonly before: AuditState;
  readonly after: AuditState;
}

interface AuditPageAnswer {
  readonly data: readonly AuditEntry[];
  readonly next: string | null;
}

const auditQuery = ({ resource, id }: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: ["audit", resource, id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: after, signal }) =>
      ask<AuditPageAnswer>(
        "GET",
        `/admin/v1/audit?${queryOf({ limit: 50, after, resource, resource_id: id })}`,
        { signal },
      ),
    getNextPageParam: ({ next }) => next ?? undefined,
  });

/** Names of people by their ids: an entry names who changed something by the id. */
const namesQuery = queryOptions({
  queryKey: ["people-names"],
  async queryFn({ signal }): Promise<ReadonlyMap<string, string>> {
    const { data } = await ask<{ data: readonly { id: string; name: string }[] }>(
      "GET",
      "/admin/v1/people",
      { signal },
    );
    return new Map(data.map(({ id, name }) => [id, name]));
  },
  staleTime: 60_000,
});

/** Every change that was made, with what stood before and after. */
export function AuditPage(): ReactNode {
  const words = useWatchWords().audit;
  const { loading } = useWords();
  const search: AuditSearch = useSearch({ from: "/inside/audit" });
  const navigate = useNavigate();
  const list = useInfiniteQuery(auditQuery(search));
  const entries = list.data?.pages.flatMap(({ data }) => data) ?? [];
  const change = (next: AuditSearch): void => {
    const all = { ...search, open: undefined, ...next };
    void navigate({ to: "/audit", search: all, resetScroll: false });
  };
  const isFiltered = search.resource !== undefined || search.id !== undefined;
  return (
    <Page title={words.title} state={words.state}>
      <Filters search={search} onChange={change} />
      {list.error === null ? null : (
        <Problem error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {list.data !== undefined && entries.length === 0 ? (
        isFiltered ? (
          <EmptyState
            sentence={words.noMatch}
            action={
              <Button onPress={() => change({ resource: undefined, id: undefined })}>
                {words.clear}
              </Button>
            }
          />
        ) : (
          <EmptyState sentence={words.none} command="pinhole keys create --name mobile-app" />
        )
      ) : null}
      <ol className="-mx-3 flex flex-col">
        {entries.map((entry) => (
          <Line
            key={entry.id}
            entry={entry}
            isOpen={search.open === entry.id}
            onToggle={() => change({ open: search.open === entry.id ? undefined : entry.id })}
          />
        ))}
      </ol>
      <MoreButton list={list}>{words.more}</MoreButton>
    </Page>
  );
}

function Filters({
  search,
  onChange,
}: {
  readonly search: AuditSearch;
  readonly onChange: (next: AuditSearch) => void;
}): ReactNode {
  const words = useWatchWords().audit;
  const [id, setId] = useState(search.id ?? "");
  useEffect(() => setId(search.id ?? ""), [search.id]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onChange({ id: id.trim() === "" ? undefined : id.trim() });
  };
  return (
    <form role="search" onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <div className="min-w-44">
        <Select
          isLabelHidden
          label={words.resource}
          value={search.resource ?? ""}
          options={[
            { id: "", text: words.anyResource },
            ...Object.entries(words.resources).map(([resource, text]) => ({ id: resource, text })),
          ]}
          onChange={(resource) => onChange({ resource: resource === "" ? undefined : resource })}
        />
      </div>
      <div className="w-full phone:w-64">
        <Field
          isLabelHidden
          type="search"
          label={words.id}
          placeholder={words.id}
          value={id}
          onChange={setId}
        />
      </div>
    </form>
  );
}

function Line({
  entry,
  isOpen,
  onToggle,
}: {
  readonly entry: AuditEntry;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}): ReactNode {
  const words = useWatchWords().audit;
  const figures = useFigures();
  const names = useQuery(namesQuery).data;
  const { at, who, action, resource, resource_id: id, address, request_id: request } = entry;
  const person = whoText(who, names, words);
  const name = nameOf(entry);
  const isLog = resource === "request" && id === "list";
  // Who signs in changes nothing but that.
  const isItself = who === `person ${id}`;
  return (
    <li className="border-b border-line">
      <details open={isOpen}>
        <summary
          onClick={(event) => {
            // The address opens it.
            event.preventDefault();
            onToggle();
          }}
          className="flex cursor-default flex-wrap items-baseline gap-x-3 gap-y-0.5 px-3 py-2.5 hover:bg-raised"
        >
          <time
            dateTime={at}
            className="w-full shrink-0 text-label text-soft phone:w-36 phone:text-body"
          >
            {figures.moment(at)}
          </time>
          <span className="min-w-0">
            <span className="font-medium">{person}</span> {words.actions[action] ?? action}
            {isItself ? null : words.gap}
            {isItself ? null : isLog ? (
              <span className="text-soft">{words.log}</span>
            ) : (
              <>
                <span className="text-soft">{words.kinds[resource] ?? resource}</span>{" "}
                <span className="font-medium">{name ?? names?.get(id) ?? id}</span>
              </>
            )}
          </span>
          {name === undefined || isItself ? null : (
            <span className="font-mono text-label text-soft">{id}</span>
          )}
        </summary>
        <div className="flex flex-col gap-2 px-3 pb-4 phone:pl-42">
          <p className="text-label text-soft">
            {figures.exact(at)}
            {address === null ? null : ` · ${words.from(address)}`}
            {request === null ? null : ` · ${words.request(request)}`}
          </p>
          <Differences entry={entry} label={words.changes(name ?? id)} />
          <Link
            to="/audit"
            search={{ resource, id }}
            className="w-fit text-label text-soft underline"
          >
            {words.changes(name ?? id)}
          </Link>
        </div>
      </details>
    </li>
  );
}

/** The maker of a change: a person by their name, all else by what it is. */
function whoText(
  who: string,
  names: ReadonlyMap<string, string> | undefined,
  words: WatchWords["audit"],
): string {
  const [kind = "", id = ""] = who.split(" ");
  if (kind === "person") return names?.get(id) ?? id;
  return words.makers[who] ?? who;
}

/** The name of what was changed, as it was last called. */
function nameOf({ before, after }: AuditEntry): string | undefined {
  const name = after?.["name"] ?? before?.["name"];
  return typeof name === "string" && name !== "" ? name : undefined;
}

function Differences({
  entry,
  label,
}: {
  readonly entry: AuditEntry;
  readonly label: string;
}): ReactNode {
  const words = useWatchWords().audit;
  const differences = differencesOf(entry.before, entry.after);
  if (differences.length === 0) return <p className="text-label text-soft">{words.same}</p>;
  const head = "py-1 pr-6 text-left font-normal text-soft";
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={label}>
      <table className="border-collapse text-label">
        <thead>
          <tr>
            {[words.field, words.before, words.after].map((text) => (
              <th key={text} scope="col" className={head}>
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {differences.map(({ field, before, after }) => (
            <tr key={field} className="align-top">
              <th scope="row" className={head}>
                {field}
              </th>
              <td className="max-w-96 py-1 pr-6 break-words">
                {before === undefined ? (
                  <span className="text-soft">{words.nothing}</span>
                ) : (
                  <del className="text-bad decoration-1">{before}</del>
                )}
              </td>
              <td className="max-w-96 py-1 break-words">
                {after === undefined ? (
                  <span className="text-soft">{words.nothing}</span>
                ) : (
                  <ins className="text-good no-underline">{after}</ins>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
