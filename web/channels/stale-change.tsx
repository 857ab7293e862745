import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import type { Words } from "./channels.ts";
import { keptHint, standingText } from "./draft.ts";
import { useForm } from "./form.tsx";
import { kindsOf } from "./form-fields.ts";
import { useChannelWords } from "./words.ts";

/** Both versions of a channel that somebody else has changed meanwhile, field by field, and the ways on. */
export function StaleChange(): ReactNode {
  const words = useChannelWords().panel.stale;
  const form = useForm();
  const { current, changes, settings } = form;
  if (current === undefined) return null;
  if (current === null) return <Message tone="warn" title={words.gone} />;
  const kinds = kindsOf(settings);
  const at = (of: Words, path: string): string => standingText(of, path, kinds.get(path) ?? "json");
  const rows = [...kinds.keys()]
    .map((path) => ({
      path,
      before: at(form.words, path),
      theirs: at(current, path),
      mine: changes[path],
      isSecret: kinds.get(path) === "secret",
    }))
    .filter(({ before, theirs, mine }) => before !== theirs || mine !== undefined);
  return (
    <div
      role="alert"
      className="flex flex-col gap-3 rounded-panel border border-warn bg-raised p-4"
    >
      <p className="font-semibold">{words.title}</p>
      <p className="text-soft">{words.about}</p>
      <table aria-label={words.title} className="w-full table-fixed border-collapse text-label">
        <thead>
          <tr className="border-b border-line text-soft">
            {[words.field, words.before, words.theirs, words.mine].map((text) => (
              <th key={text} scope="col" className="py-1 pr-4 text-left font-normal">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.path} row={row} />
          ))}
        </tbody>
      </table>
      <div className="flex flex-wrap gap-2">
        <Button kind="main" onPress={() => form.goOn(current, true)}>
          {words.keepMine}
        </Button>
        <Button onPress={() => form.goOn(current, false)}>{words.takeTheirs}</Button>
      </div>
    </div>
  );
}

/** A field in three versions. */
interface StaleRow {
  readonly path: string;
  readonly before: string;
  readonly theirs: string;
  /** Undefined: it was not typed into. */
  readonly mine: string | undefined;
  readonly isSecret: boolean;
}

const cell = "py-1.5 pr-4 align-top wrap-anywhere whitespace-pre-wrap";

function Row({
  row: { path, before, theirs, mine, isSecret },
}: {
  readonly row: StaleRow;
}): ReactNode {
  const words = useChannelWords().panel.stale;
  const same = <span className="text-soft">{words.same}</span>;
  const typed = isSecret && mine !== "" ? "••••" : mine;
  return (
    <tr className="border-b border-line">
      <th scope="row" className={`${cell} text-left font-normal text-soft`}>
        {path}
      </th>
      <td className={cell}>{shown(before, words.none)}</td>
      <td className={cell}>{before === theirs ? same : shown(theirs, words.none)}</td>
      <td className={cell}>
        {mine === undefined || typed === undefined ? same : shown(typed, words.none)}
      </td>
    </tr>
  );
}

function shown(text: string, none: string): string {
  const hint = keptHint(text);
  if (hint !== undefined) return `…${hint}`;
  return text === "" ? none : text;
}
