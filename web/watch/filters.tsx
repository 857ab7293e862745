import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Choice } from "../ui/choice.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Select } from "../ui/select.tsx";
import { useFigures } from "./figures.ts";
import type { Figures } from "./written-figures.ts";
import { rangeOf } from "./log-search.ts";
import {
  type LogSearch,
  type Range,
  ranges,
  type RequestState,
  requestStates,
} from "./addresses.ts";
import { type NamedCount, type Statistics } from "./requests.ts";
import { useWatchWords } from "./words.ts";

type Change = (next: Partial<LogSearch>) => void;

/** The looks of the line. Beside an open request it is as long as what is seen of it, and scrolls: the list below stays in its place. */
function lineLooks(isBeside: boolean): string {
  const looks =
    "grid grid-cols-1 gap-2 min-[22rem]:grid-cols-2 phone:flex phone:items-center phone:[&>*]:min-w-36";
  return isBeside ? `${looks} ${besideLooks}` : `${looks} phone:flex-wrap`;
}

const besideLooks =
  "phone:-m-1 phone:max-w-[max(12rem,calc(100vw-max(50vw,34rem)-18rem))] phone:overflow-x-auto phone:p-1 phone:[&>*]:shrink-0";

/** The filter above the log. Whatever is chosen stands in the address. */
export function Filters({
  search,
  statistics,
  onChange,
}: {
  readonly search: LogSearch;
  readonly statistics: Statistics | undefined;
  readonly onChange: Change;
}): ReactNode {
  const words = useWatchWords().requests;
  const figures = useFigures(statistics?.time_zone);
  const chosen = rangeOf(search);
  return (
    <div className="flex flex-col gap-3">
      <div className={lineLooks(search.open !== undefined)}>
        <IdSearch value={search.id ?? ""} onChange={(id) => onChange({ id })} />
        <Select
          isLabelHidden
          label={words.filters.state}
          value={search.state ?? ""}
          options={[
            { id: "", text: words.any.state },
            ...requestStates.map((id) => ({
              id,
              text: words.states[id],
              note: noteOf(statistics?.totals[id], figures),
            })),
          ]}
          onChange={(state) =>
            onChange({ state: state === "" ? undefined : (state as RequestState) })
          }
        />
        <NameSelect
          name="model"
          search={search}
          found={statistics?.details?.models}
          onChange={onChange}
        />
        <NameSelect
          name="key"
          search={search}
          found={statistics?.details?.keys}
          onChange={onChange}
        />
        <NameSelect
          name="channel"
          search={search}
          found={statistics?.details?.channels}
          onChange={onChange}
        />
        <div className="col-span-2">
          <Choice
            isBar
            label={words.range}
            value={chosen === "chosen" ? "" : chosen}
            options={ranges.map((value) => ({ value, text: words.ranges[value] }))}
            onChange={(range) =>
              onChange({ range: range as Range, from: undefined, to: undefined })
            }
          />
        </div>
      </div>
      <Chips search={search} figures={figures} onChange={onChange} />
    </div>
  );
}

function noteOf(count: number | undefined, figures: Figures): string | undefined {
  return count === undefined ? undefined : figures.count(count);
}

/** One of the names that the requests of this time have; the number of them stands beside. */
function NameSelect({
  name,
  search,
  found = [],
  onChange,
}: {
  readonly name: "model" | "key" | "channel";
  readonly search: LogSearch;
  readonly found: readonly NamedCount[] | undefined;
  readonly onChange: Change;
}): ReactNode {
  const words = useWatchWords().requests;
  const figures = useFigures();
  const value = search[name];
  const names = found.flatMap(({ name: id, title, requests }) =>
    id === null ? [] : [{ id, text: title ?? id, note: figures.count(requests) }],
  );
  if (names.length === 0 && value === undefined) return null;
  const isListed = value === undefined || names.some(({ id }) => id === value);
  return (
    <Select
      isLabelHidden
      label={words.filters[name]}
      value={value ?? ""}
      options={[
        { id: "", text: words.any[name] },
        ...(isListed ? [] : [{ id: value, text: value }]),
        ...names,
      ]}
      onChange={(next) => onChange({ [name]: next === "" ? undefined : next })}
    />
  );
}

/** Searches by an id when Enter is pressed. */
function IdSearch({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (id: string | undefined) => void;
}): ReactNode {
  const words = useWatchWords().requests;
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onChange(text.trim() === "" ? undefined : text.trim());
  };
  return (
    <form role="search" onSubmit={submit} className="col-span-2 flex-1">
      <Field
        isLabelHidden
        type="search"
        label={words.filters.id}
        placeholder={words.search}
        value={text}
        onChange={setText}
      />
    </form>
  );
}

const chipNames = ["from", "to", "error", "team", "user", "min_ms", "max_ms"] as const;

/** The parts of the filter that have no control of its own, each to be taken out. */
function Chips({
  search,
  figures,
  onChange,
}: {
  readonly search: LogSearch;
  readonly figures: Figures;
  readonly onChange: Change;
}): ReactNode {
  const words = useWatchWords().requests;
  const { from, to, error, team, user, min_ms: least, max_ms: most } = search;
  const texts = {
    from: from === undefined ? undefined : figures.moment(from),
    to: to === undefined ? undefined : figures.moment(to),
    error,
    team,
    user,
    min_ms: least === undefined ? undefined : figures.duration(least),
    max_ms: most === undefined ? undefined : figures.duration(most),
  };
  const chips = chipNames.flatMap((name) => {
    const text = texts[name];
    return text === undefined ? [] : [{ name, text: `${words.filters[name]}: ${text}` }];
  });
  if (chips.length === 0) return null;
  return (
    <ul
      className={`flex gap-2 ${search.open === undefined ? "flex-wrap" : `max-phone:flex-wrap ${besideLooks}`}`}
    >
      {chips.map(({ name, text }) => (
        <li
          key={name}
          className="flex items-center gap-1 rounded-control border border-line bg-raised pl-2.5 text-label"
        >
          {text}
          <Button
            kind="quiet"
            isSquare
            aria-label={words.clear(words.filters[name])}
            onPress={() => onChange({ [name]: undefined })}
          >
            <Icon name="close" size={16} />
          </Button>
        </li>
      ))}
    </ul>
  );
}
