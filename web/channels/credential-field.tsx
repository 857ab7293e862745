import { type ReactNode, useState } from "react";
import { FaultLine } from "../ui/sentence.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import type { Words } from "./channels.ts";
import { hintOf, keptHint, standingText } from "./draft.ts";
import { useForm } from "./form.tsx";
import type { SettingField } from "./form-fields.ts";
import { Below } from "./below.tsx";
import { useChannelWords } from "./words.ts";

/** A credential: one that stands is shown by its last characters, and replaced in place. */
export function CredentialField({
  field: { path, isRequired },
  about,
  label,
}: {
  readonly field: SettingField;
  readonly label: string;
  readonly about: ReactNode;
}): ReactNode {
  const words = useChannelWords().panel.credential;
  const { text, set, setAll, fault, changes, words: standing } = useForm();
  const now = text(path);
  const [isReplacing, setReplacing] = useState(false);
  const kept = keptHint(now);
  const isTaken = now === "" && path in changes && !isReplacing;
  const restore = (): void => {
    setReplacing(false);
    set(path, standingOf(standing, path));
  };
  if (kept !== undefined || isTaken)
    return (
      <Below hint={undefined} error={fault(path)}>
        <p className="text-label font-medium">{label}</p>
        <Standing
          label={label}
          kept={kept}
          onRestore={restore}
          onReplace={() => {
            setReplacing(true);
            set(path, "");
          }}
          onClear={isRequired ? undefined : () => set(path, "")}
        />
      </Below>
    );
  return (
    <div className="flex flex-col gap-1.5">
      <SecretInput
        label={label}
        hint={
          <>
            {about} {words.hint}
          </>
        }
        value={now}
        onChange={(next) => set(path, next)}
        error={fault(path)}
        isFocused={isReplacing}
      />
      <div className="flex flex-wrap gap-2">
        {isReplacing ? (
          <Button kind="quiet" onPress={restore}>
            {words.keep}
          </Button>
        ) : null}
        {now === "" ? null : (
          <Button
            kind="quiet"
            onPress={() => setAll({ [path]: "", [`${path}s`]: listText([now, ""]) })}
          >
            <Icon name="plus" size={16} />
            {words.another}
          </Button>
        )}
      </div>
    </div>
  );
}

/** A credential that stands, or that is to be taken away, with what can be done about it. */
function Standing({
  label,
  kept,
  onRestore,
  onReplace,
  onClear,
}: {
  readonly label: string;
  /** The last characters; undefined: it is taken away at the next save. */
  readonly kept: string | undefined;
  readonly onRestore: () => void;
  readonly onReplace: () => void;
  /** Undefined: the channel cannot be without it. */
  readonly onClear: (() => void) | undefined;
}): ReactNode {
  const words = useChannelWords().panel.credential;
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 rounded-control bg-sunk px-3 py-1">
      <span className="min-w-0 flex-1 basis-full text-soft phone:basis-0">
        {kept === undefined ? words.taken : words.kept(kept)}
      </span>
      {kept === undefined ? (
        <Button kind="quiet" onPress={onRestore}>
          {words.restore}
        </Button>
      ) : (
        <>
          {onClear === undefined ? null : (
            <Button kind="quiet" aria-label={`${words.clear}: ${label}`} onPress={onClear}>
              {words.clear}
            </Button>
          )}
          <Button aria-label={`${words.replace}: ${label}`} onPress={onReplace}>
            {words.replace}
          </Button>
        </>
      )}
    </div>
  );
}

/** The text of a credential before anything was changed. */
function standingOf(words: unknown, path: string): string {
  return standingText(words as Words, path, "secret");
}

/** Several credentials, of which those that stand are shown by their last characters. */
export function CredentialsField({
  path,
  label,
  about,
}: {
  readonly path: string;
  readonly label: string;
  readonly about: ReactNode;
}): ReactNode {
  const words = useChannelWords().panel.credential;
  const { text, set, fault } = useForm();
  const list = listOf(text(path));
  const put = (next: readonly unknown[]): void =>
    set(path, next.length === 0 ? "" : listText(next));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-1.5 text-label font-medium">{label}</legend>
      <p className="text-label text-soft">
        {about} {words.several} {words.hint}
      </p>
      {list.map((one, at) => {
        const hint = hintOf(one);
        return (
          <div key={at} className="flex items-end gap-2">
            <div className="min-w-0 flex-1">
              {hint === undefined ? (
                <SecretInput
                  label={words.one(at + 1)}
                  value={typeof one === "string" ? one : ""}
                  onChange={(next) => put(list.with(at, next))}
                  error={fault(`${path}.${at}`)}
                />
              ) : (
                <p className="flex min-h-11 items-center rounded-control bg-sunk px-3 text-soft">
                  {words.kept(hint)}
                </p>
              )}
            </div>
            <Button
              kind="quiet"
              isSquare
              aria-label={words.removeOne(at + 1)}
              onPress={() => put(list.toSpliced(at, 1))}
            >
              <Icon name="close" />
            </Button>
          </div>
        );
      })}
      <FaultLine text={fault(path)} />
      <div>
        <Button kind="quiet" onPress={() => put([...list, ""])}>
          <Icon name="plus" size={16} />
          {words.another}
        </Button>
      </div>
    </fieldset>
  );
}

const listText = (list: readonly unknown[]): string => JSON.stringify(list, null, 2);

function listOf(text: string): readonly unknown[] {
  const read: unknown = text === "" ? [] : JSON.parse(text);
  return Array.isArray(read) ? read : [];
}

/** A text that is not shown while it is typed, and that browsers do not take for the person's own password. */
function SecretInput({
  label,
  hint,
  value,
  onChange,
  error,
  isFocused = false,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly value: string;
  readonly onChange: (next: string) => void;
  readonly error: string | undefined;
  readonly isFocused?: boolean;
}): ReactNode {
  return (
    <Field
      label={label}
      hint={hint}
      value={value}
      onChange={onChange}
      error={error}
      type="password"
      autoComplete="new-password"
      spellCheck="false"
      autoFocus={isFocused}
    />
  );
}
