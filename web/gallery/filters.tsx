import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { modelsQuery } from "../playground/models.ts";
import { Field } from "../ui/field.tsx";
import { Select } from "../ui/select.tsx";
import type { GallerySearch } from "./pictures.ts";
import { dayBefore, isDay, spanDays, spanOf } from "./days.ts";
import { useTextInAddress } from "../ui/use-text-in-address.ts";
import { useGalleryWords } from "./words.ts";

type Change = (part: { [K in keyof GallerySearch]: GallerySearch[K] | undefined }) => Promise<void>;

/** The filter above the wall, on one line. Whatever is chosen stands in the address. */
export function Filters({ search }: { readonly search: GallerySearch }): ReactNode {
  const words = useGalleryWords();
  const navigate = useNavigate({ from: "/gallery" });
  const change: Change = (part) =>
    navigate({
      search: (before) => {
        const next = Object.entries({ ...before, ...part }).filter(
          ([, value]) => value !== undefined && value !== "",
        );
        return Object.fromEntries(next) as GallerySearch;
      },
      replace: true,
    });
  const [sought, setSought] = useTextInAddress(search.q ?? "", (q) => change({ q }));
  return (
    <div className="grid grid-cols-2 gap-2 phone:flex phone:flex-wrap phone:items-start phone:[&>*]:w-40">
      <div className="col-span-2 phone:flex-1 phone:basis-60">
        <Field
          isLabelHidden
          label={words.search}
          placeholder={words.search}
          type="search"
          value={sought}
          onChange={setSought}
        />
      </div>
      <div className="col-span-2">
        <ModelSelect value={search.model} onChange={(model) => void change({ model })} />
      </div>
      <Select
        isLabelHidden
        label={words.keptOrNot}
        value={search.saved === 1 ? "kept" : ""}
        options={[
          { id: "", text: words.keptAny },
          { id: "kept", text: words.onlyKept },
        ]}
        onChange={(kept) => void change({ saved: kept === "" ? undefined : 1 })}
      />
      <TimeSelect search={search} onChange={change} />
    </div>
  );
}

/** One of the models that the person may use, or the one that the address names. */
function ModelSelect({
  value = "",
  onChange,
}: {
  readonly value: string | undefined;
  readonly onChange: (model: string | undefined) => void;
}): ReactNode {
  const words = useGalleryWords();
  const known = (useQuery(modelsQuery).data ?? []).map(({ id }) => id);
  const names = value === "" || known.includes(value) ? known : [value, ...known];
  return (
    <Select
      isLabelHidden
      label={words.model}
      value={value}
      options={[
        { id: "", text: words.allModels },
        ...names.map((name) => ({ id: name, text: name })),
      ]}
      onChange={(model) => onChange(model === "" ? undefined : model)}
    />
  );
}

/** The last so many days, or days of one's own, which are written beside. */
function TimeSelect({
  search,
  onChange,
}: {
  readonly search: GallerySearch;
  readonly onChange: Change;
}): ReactNode {
  const words = useGalleryWords();
  const today = new Date();
  const chosen = spanOf(search, today);
  const choose = (id: string): void => {
    if (id === "own") void onChange({ from: dayBefore(today, 30), to: dayBefore(today, 0) });
    else if (id === "") void onChange({ from: undefined, to: undefined });
    else void onChange({ from: dayBefore(today, Number(id) - 1), to: undefined });
  };
  return (
    <>
      <Select
        isLabelHidden
        label={words.when}
        value={chosen}
        options={[
          { id: "", text: words.anyTime },
          ...spanDays.map((days) => ({ id: String(days), text: words.lastDays(days) })),
          { id: "own", text: words.ownDays },
        ]}
        onChange={choose}
      />
      {chosen === "own" ? (
        <>
          <DayField
            label={words.from}
            value={search.from}
            onChange={(from) => onChange({ from })}
          />
          <DayField label={words.to} value={search.to} onChange={(to) => onChange({ to })} />
        </>
      ) : null}
    </>
  );
}

/** A day as it stands in the address, 2026-11-27: the same in every language and browser. It counts as soon as it is one. */
function DayField({
  label,
  value = "",
  onChange,
}: {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (day: string | undefined) => Promise<void>;
}): ReactNode {
  const words = useGalleryWords();
  const [text, setText] = useTextInAddress(value, (next) =>
    next === "" || isDay(next) ? onChange(next === "" ? undefined : next) : undefined,
  );
  const isWrong = text !== "" && !isDay(text);
  return (
    <Field
      isLabelHidden
      label={label}
      placeholder={label}
      value={text}
      inputMode="numeric"
      maxLength={10}
      error={isWrong && text.length === 10 ? words.notADay : undefined}
      onChange={setText}
    />
  );
}
