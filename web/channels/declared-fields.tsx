import type { ReactNode } from "react";
import { classNames } from "../ui/class-names.ts";
import type { ChannelEntry, Provider } from "./channels.ts";
import { keptHint, standingText } from "./draft.ts";
import { kindsOf, settingFields } from "./form-fields.ts";
import type { FieldKind } from "./schema-fields.ts";
import { useChannelWords } from "./words.ts";

/** The words of a channel of the file, to be read. */
export function DeclaredFields({
  channel,
  provider,
}: {
  readonly channel: ChannelEntry;
  readonly provider: Provider;
}): ReactNode {
  const words = useChannelWords();
  const kinds = kindsOf(settingFields(provider, channel, {}));
  const rows = [...kinds]
    .filter(([path]) => path !== "id" && path !== "provider")
    .flatMap(([path, kind]) => linesOf(path, textAt(channel, path, kind)));
  return (
    <dl className="grid gap-x-6 gap-y-1.5 pb-6 phone:grid-cols-[auto_1fr]">
      {channel.models === null ? (
        <>
          <dt className="text-soft">models</dt>
          <dd>{words.allModels}</dd>
        </>
      ) : null}
      {rows.map(([path, text]) => (
        <div key={path} className="contents">
          <dt className="text-soft">{path}</dt>
          <dd
            className={classNames(
              "min-w-0 break-words whitespace-pre-wrap",
              /^[[{]/.test(text) && "font-mono text-label",
            )}
          >
            {keptHint(text) === undefined
              ? text
              : words.panel.credential.kept(keptHint(text) ?? "")}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The lines of a field: one for each word of a group, such as the sum of a budget. */
function linesOf(path: string, text: string): (readonly [string, string])[] {
  if (text === "") return [];
  if (!text.startsWith("{") || keptHint(text) !== undefined) return [[path, text]];
  const group: unknown = JSON.parse(text);
  return Object.entries(group as Readonly<Record<string, unknown>>).flatMap(([name, value]) =>
    linesOf(`${path}.${name}`, typeof value === "string" ? value : JSON.stringify(value)),
  );
}

/** The text of a field; models that are named alone are a list of names. */
function textAt(channel: ChannelEntry, path: string, kind: FieldKind): string {
  const { models } = channel;
  const isNames = path === "models" && models?.every((one) => typeof one === "string") === true;
  return isNames ? (models ?? []).join(", ") : standingText(channel, path, kind);
}
