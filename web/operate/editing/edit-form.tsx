import type { ReactNode } from "react";
import { Form } from "react-aria-components";
import { ApiError } from "../../api/ask.ts";
import { Button } from "../../ui/button.tsx";
import { Message } from "../../ui/message.tsx";
import { Problem } from "../../ui/problem.tsx";
import { Original } from "../../ui/sentence.tsx";
import { useAboveBar } from "../../ui/use-above-bar.ts";
import { faultTelling } from "../../language/fault.ts";
import { useWords } from "../../language/language.tsx";
import { type Editing, type Fields, differing } from "./editing.ts";
import { useFirstFault } from "./first-fault.ts";
import { LeaveQuestion } from "./leave-question.tsx";
import { useEditingWords } from "./words.ts";

interface EditFormProps<T extends Fields> {
  readonly editing: Editing<T>;
  /** A field's name as the form says it, for the two versions beside each other. */
  readonly nameOf: (field: keyof T & string) => string;
  /** A field's value in words, where it is no text. */
  readonly shown?: (value: unknown) => string;
  /** Params of errors that the form shows at a field. */
  readonly params: readonly string[];
  /** The word on the button of something new; absent: it is there already, and a bar counts what differs. */
  readonly create?: string;
  /** Held by the file, or not for the caller to change: shown, and nothing more. */
  readonly isReadOnly?: boolean;
  readonly children: ReactNode;
}

/** The one form of what is made and of what is changed. */
export function EditForm<T extends Fields>(props: EditFormProps<T>): ReactNode {
  const { editing, params, create, isReadOnly = false, children } = props;
  const { error } = editing;
  const place = useFirstFault(error);
  const isElsewhere =
    error !== null &&
    editing.newer === undefined &&
    !params.some((param) => editing.faultAt(param) !== undefined);
  return (
    <Form
      ref={place}
      className="flex flex-1 flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (!editing.isPending) editing.submit();
      }}
    >
      {isElsewhere ? <Refusal error={error} /> : null}
      <TwoVersions {...props} />
      <fieldset disabled={isReadOnly} className="contents">
        {children}
      </fieldset>
      {isReadOnly ? null : <SaveBar editing={editing} create={create} />}
      <LeaveQuestion leaving={editing.leaving} changes={editing.changed.length} />
    </Form>
  );
}

function Refusal({ error }: { readonly error: Error }): ReactNode {
  const words = useWords();
  // What was not reached at all is told as everywhere; a refusal is a sentence by itself.
  if (!(error instanceof ApiError) || error.status === 0) return <Problem error={error} />;
  const { title, original } = faultTelling(words, error);
  return (
    <Message tone="bad" title={title}>
      {original === undefined ? undefined : <Original text={original} />}
    </Message>
  );
}

/** The button of something new, or the bar that is there while something differs. */
function SaveBar<T extends Fields>({
  editing,
  create,
}: {
  readonly editing: Editing<T>;
  readonly create: string | undefined;
}): ReactNode {
  const words = useEditingWords();
  const { save, discard } = useWords();
  const { changed, isPending, newer } = editing;
  useAboveBar(create === undefined && changed.length > 0);
  if (create === undefined && changed.length === 0) return null;
  return (
    <div className="sticky -bottom-6 z-10 -mx-6 mt-auto -mb-6 flex items-center justify-end gap-2 border-t border-line bg-raised px-6 py-3">
      {create === undefined ? (
        <>
          <span className="mr-auto text-soft" role="status">
            {words.changes(changed.length)}
          </span>
          <Button kind="quiet" onPress={editing.discard}>
            {discard}
          </Button>
        </>
      ) : null}
      <Button type="submit" kind="main" isPending={isPending} isDisabled={newer !== undefined}>
        {create ?? save}
      </Button>
    </div>
  );
}

/** The version that somebody else has saved meanwhile beside the one that was to be saved here. */
function TwoVersions<T extends Fields>({
  editing: { newer, fields, settle },
  nameOf,
  shown = String,
}: EditFormProps<T>): ReactNode {
  const words = useEditingWords();
  if (newer === undefined) return null;
  const text = (value: unknown): string => {
    const said = shown(value);
    return said === "" ? words.nothing : said;
  };
  return (
    <div data-versions>
      <Message
        tone="warn"
        title={words.stale}
        action={
          <span className="flex flex-wrap gap-2">
            <Button onPress={() => settle(true)}>{words.keepMine}</Button>
            <Button onPress={() => settle(false)}>{words.takeTheirs}</Button>
          </span>
        }
      >
        <p>{words.staleMeans}</p>
        <table className="mt-2 w-full border-collapse text-label">
          <thead>
            <tr className="border-b border-line">
              {[words.field, words.theirs, words.mine].map((head) => (
                <th key={head} scope="col" className="py-1 pr-3 text-left font-normal">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="text-ink">
            {differing(newer.fields, fields).map((name) => (
              <tr key={name} className="border-b border-line align-top">
                <th scope="row" className="py-1 pr-3 text-left font-normal">
                  {nameOf(name)}
                </th>
                <td className="py-1 pr-3 break-words">{text(newer.fields[name])}</td>
                <td className="py-1 break-words">{text(fields[name])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Message>
    </div>
  );
}
