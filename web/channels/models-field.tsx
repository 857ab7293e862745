import { type ReactNode, useState } from "react";
import { FaultLine } from "../ui/sentence.tsx";
import { Button } from "../ui/button.tsx";
import { Choice } from "../ui/choice.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Select } from "../ui/select.tsx";
import type { Provider, Words } from "./channels.ts";
import { useForm } from "./form.tsx";
import { useChannelWords } from "./words.ts";

/** A model of the list as it is typed. */
type Listed = string | (Words & { readonly name: string });

/** The models that a channel serves: all that its provider knows, or a list. */
export function ModelsField({ provider }: { readonly provider: Provider }): ReactNode {
  const words = useChannelWords().panel.models;
  const { text, set, fault } = useForm();
  const now = text("models");
  const list = read(now);
  const put = (next: readonly Listed[]): void => set("models", JSON.stringify(next, null, 2));
  const known = provider.models
    .filter(({ retires_at: end }) => !isOver(end))
    .map(({ name }) => name);
  const hasChoice = known.length > 0;
  const isAll = now === "" && hasChoice;
  const unused = known.filter((name) => !list.some((one) => nameOf(one) === name));
  return (
    <div className="flex flex-col gap-3">
      {hasChoice ? (
        <Choice
          label={words.which}
          value={isAll ? "all" : "chosen"}
          options={[
            { value: "all", text: words.all },
            { value: "chosen", text: words.chosen },
          ]}
          onChange={(next) => (next === "all" ? set("models", "") : put(known.slice(0, 1)))}
        />
      ) : (
        <p className="text-label text-soft">{words.mustChoose}</p>
      )}
      {isAll ? (
        <p className="text-label text-soft" title={known.join(", ")}>
          {words.allAre(known.length)}
        </p>
      ) : (
        <>
          {list.map((one, at) => (
            <ModelRow
              key={at}
              one={one}
              at={at}
              onChange={(next) => put(list.with(at, next))}
              onRemove={() => (list.length === 1 ? set("models", "") : put(list.toSpliced(at, 1)))}
            />
          ))}
          <AddModel unused={unused} onAdd={(name) => put([...list, name])} />
        </>
      )}
      <FaultLine text={fault("models")} />
    </div>
  );
}

const isOver = (day: string | null): boolean => day !== null && Date.parse(day) <= Date.now();

function read(text: string): readonly Listed[] {
  const list: unknown = text === "" ? [] : JSON.parse(text);
  return Array.isArray(list) ? (list as readonly Listed[]) : [];
}

const nameOf = (one: Listed): string => (typeof one === "string" ? one : one.name);

/** The same model with another word; one that has nothing but its name is that name. */
function withWord(one: Listed, word: string, value: unknown): Listed {
  const { [word]: _, ...rest } = typeof one === "string" ? { name: one } : one;
  const next = value === undefined ? rest : { ...rest, [word]: value };
  const named = { name: "", ...next } as Listed & { readonly name: string };
  return Object.keys(named).length === 1 ? named.name : named;
}

function ModelRow({
  one,
  at,
  onChange,
  onRemove,
}: {
  readonly one: Listed;
  readonly at: number;
  readonly onChange: (next: Listed) => void;
  readonly onRemove: () => void;
}): ReactNode {
  const words = useChannelWords().panel.models;
  const { fault } = useForm();
  const name = nameOf(one);
  const more: Words = typeof one === "string" ? {} : one;
  const word = (key: string): string => (typeof more[key] === "string" ? more[key] : "");
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-end gap-2">
        <div className="grid min-w-0 flex-1 gap-2 phone:grid-cols-2">
          <Field
            label={words.nth(at + 1)}
            value={name}
            onChange={(next) => onChange(withWord(one, "name", next))}
            error={fault(`models.${at}`)}
            autoComplete="off"
            spellCheck="false"
          />
          <Field
            label={words.upstream}
            placeholder={words.upstreamHint}
            value={word("upstream")}
            onChange={(next) => onChange(withWord(one, "upstream", next === "" ? undefined : next))}
            autoComplete="off"
            spellCheck="false"
          />
        </div>
        <Button kind="quiet" isSquare aria-label={words.remove(name)} onPress={onRemove}>
          <Icon name="close" />
        </Button>
      </div>
      <details className="group">
        <summary className="w-fit cursor-default text-label text-soft hover:text-ink">
          {words.details(name === "" ? words.nth(at + 1) : name)}
        </summary>
        <div className="flex flex-col gap-3 pt-2 pl-4">
          <WordField
            label={words.price}
            hint={words.priceHint}
            value={priceText(more["price"])}
            onChange={(text) => onChange(withWord(one, "price", priceOf(text)))}
          />
          <WordField
            label={words.card}
            hint={words.cardHint}
            value={more["card"] === undefined ? "" : JSON.stringify(more["card"])}
            onChange={(text) => onChange(withWord(one, "card", jsonOf(text)))}
          />
        </div>
      </details>
    </div>
  );
}

/** The way to one more model: of those that the provider knows, or any name. */
function AddModel({
  unused,
  onAdd,
}: {
  readonly unused: readonly string[];
  readonly onAdd: (name: string) => void;
}): ReactNode {
  const words = useChannelWords().panel.models;
  if (unused.length > 0)
    return (
      <div className="max-w-xs">
        <Select
          label={words.add}
          value=""
          options={[
            { id: "", text: words.pick },
            ...unused.map((name) => ({ id: name, text: name })),
            { id: otherName, text: words.other },
          ]}
          onChange={(name) => {
            if (name !== "") onAdd(name === otherName ? "" : name);
          }}
        />
      </div>
    );
  return (
    <div>
      <Button kind="quiet" onPress={() => onAdd("")}>
        <Icon name="plus" size={16} />
        {words.add}
      </Button>
    </div>
  );
}

/** Stands for a name that is typed; no model is called so. */
const otherName = " ";

/** A text that becomes a value as it is left, so that what is half typed stays as it is. */
function WordField({
  label,
  hint,
  value,
  onChange,
}: {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}): ReactNode {
  const [typed, setTyped] = useState<string>();
  return (
    <Field
      label={label}
      hint={hint}
      value={typed ?? value}
      onChange={(next) => {
        setTyped(next);
        onChange(next.trim());
      }}
      onBlur={() => setTyped(undefined)}
      autoComplete="off"
      spellCheck="false"
    />
  );
}

/** A price as it is typed: dollars an image, `free`, or the words of a price. */
function priceText(price: unknown): string {
  if (price === undefined) return "";
  if (typeof price === "string") return price;
  if (typeof price === "object" && price !== null && !Array.isArray(price)) {
    const { per_image_usd: perImage, ...rest } = price as Words;
    const isPlain = typeof perImage === "number" || typeof perImage === "string";
    if (isPlain && Object.keys(rest).length === 0) return String(perImage);
  }
  return JSON.stringify(price);
}

function priceOf(text: string): unknown {
  if (/^\d*\.?\d+$/.test(text)) return { per_image_usd: Number(text) };
  return jsonOf(text);
}

/** JSON, or the text itself where it is none, which the gateway then refuses in words. */
function jsonOf(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
