import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { LongText } from "../ui/long-text.tsx";
import type { WatchWords } from "../language/watch-en.ts";
import type { WholeRequest } from "./requests.ts";
import { useWatchWords } from "./words.ts";

const tabLooks =
  "flex min-h-9 items-center border-b-2 border-transparent px-3 text-soft outline-none pointer-coarse:min-h-11 " +
  "data-[hovered]:text-ink data-[selected]:border-accent data-[selected]:text-ink data-[focus-visible]:outline-2 " +
  "data-[focus-visible]:-outline-offset-2 data-[focus-visible]:outline-accent";

/** Tabs of what was asked, what was sent upstream, and what is different in between. */
export function RequestTabs({ request }: { readonly request: WholeRequest }): ReactNode {
  const words = useWatchWords().request;
  const panels = {
    asked: <Asked request={request} />,
    sent: <Sent request={request} />,
    changed: <Changed request={request} />,
  };
  return (
    <Tabs className="flex flex-col gap-4">
      <TabList aria-label={words.tabs.asked} className="flex border-b border-line">
        {(Object.keys(panels) as (keyof typeof panels)[]).map((id) => (
          <Tab key={id} id={id} className={tabLooks}>
            {words.tabs[id]}
          </Tab>
        ))}
      </TabList>
      {Object.entries(panels).map(([id, panel]) => (
        <TabPanel key={id} id={id}>
          {panel}
        </TabPanel>
      ))}
    </Tabs>
  );
}

/** Fields that say nothing: what was left to its own. */
function isSaid([, value]: readonly [string, unknown]): boolean {
  if (value === null || value === undefined || value === false || value === 0) return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

/** Fields that everybody looks for, in the order in which they are looked for. */
const firstFields = ["model", "size", "quality", "n"];

/** The fields beside the prompt, with those that the record keeps in groups. */
function toldFields(fields: WholeRequest["fields"]): (readonly [string, unknown])[] {
  const { prompt: _, more, unknown, ...rest } = fields;
  const first = firstFields.map((name) => [name, rest[name]] as const);
  const others = Object.entries(rest).filter(([name]) => !firstFields.includes(name));
  const grouped = [more, unknown].flatMap((group) => Object.entries(group ?? {}));
  return [...first, ...others, ...grouped];
}

function Asked({ request }: { readonly request: WholeRequest }): ReactNode {
  const words = useWatchWords().request;
  const { prompt } = request.fields;
  return (
    <dl className="grid gap-x-6 gap-y-1.5 min-[22rem]:grid-cols-[minmax(0,auto)_minmax(0,1fr)]">
      <dt className="text-soft">prompt</dt>
      <dd>
        {typeof prompt === "string" ? (
          <LongText text={prompt} label="prompt" />
        ) : (
          <span className="text-soft">{request.concealed ? words.concealed : words.forgotten}</span>
        )}
      </dd>
      {toldFields(request.fields)
        .filter(isSaid)
        .map(([name, value]) => (
          <Pair key={name} name={name} value={value} />
        ))}
    </dl>
  );
}

function Pair({ name, value }: { readonly name: string; readonly value: unknown }): ReactNode {
  return (
    <>
      <dt className="text-soft">{name}</dt>
      <dd className="min-w-0 break-words">
        {typeof value === "string" || typeof value === "number" ? (
          value
        ) : (
          <code className="font-mono text-label">{JSON.stringify(value)}</code>
        )}
      </dd>
    </>
  );
}

function Sent({ request }: { readonly request: WholeRequest }): ReactNode {
  const words = useWatchWords().request;
  const { trace, attempts } = request;
  const sent = (trace?.attempts ?? []).flatMap(({ call, attempt, upstream = [] }) =>
    upstream.map((one) => ({
      ...one,
      channel: attempts.find((row) => row.call === call && row.attempt === attempt)?.channel,
    })),
  );
  const isOwn = attempts.some(({ channel }) => channel === undefined);
  if (sent.length === 0)
    return (
      <p className="text-soft">
        {isOwn ? words.notYours : request.concealed ? words.concealed : words.nothingSent}
      </p>
    );
  return (
    <div className="flex flex-col gap-4">
      {sent.map(({ channel, method, path, fields }, at) => (
        <div key={at} className="flex flex-col gap-1.5">
          <p className="text-label text-soft">
            {channel} · <span className="font-mono">{`${method} ${path}`}</span>
          </p>
          <pre
            tabIndex={0}
            aria-label={`${method} ${path}`}
            className="max-h-96 overflow-auto rounded-control bg-sunk p-3 font-mono text-label whitespace-pre-wrap break-words"
          >
            {JSON.stringify(fields, null, 2)}
          </pre>
        </div>
      ))}
    </div>
  );
}

function Changed({ request }: { readonly request: WholeRequest }): ReactNode {
  const words = useWatchWords().request;
  const changes = changesOf(request, words);
  if (changes.length === 0) return <p className="text-soft">{words.nothingChanged}</p>;
  return (
    <ul className="flex list-disc flex-col gap-1.5 pl-5">
      {changes.map((change) => (
        <li key={change} className="break-words">
          {change}
        </li>
      ))}
    </ul>
  );
}

/** Every way in which what was made differs from what was asked. */
function changesOf(request: WholeRequest, words: WatchWords["request"]): string[] {
  const { model, served_model: served, n, attempts, warnings, trace, fields, pictures } = request;
  const calls = new Set(attempts.map(({ call }) => call)).size;
  const given = (fields["more"] as Readonly<Record<string, unknown>> | undefined)?.["seed"];
  const drawn = given === undefined ? trace?.attempts.at(-1)?.seed : undefined;
  const revised = pictures.flatMap(({ revised_prompt: text }) => (text === null ? [] : [text]));
  return [
    ...(served === null || served === model ? [] : [words.servedBy(served)]),
    ...(calls > 1 ? [words.emulated(calls, n)] : []),
    ...(drawn === undefined ? [] : [words.drawn(drawn)]),
    ...new Set(warnings.map(({ message, code }) => (message === "" ? code : message))),
    ...new Set(revised.map((text) => words.revised(text))),
  ];
}
