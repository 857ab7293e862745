import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import { Select } from "../ui/select.tsx";
import type { KeyChoice } from "./own-keys.ts";
import { useMakeWords } from "./words.ts";

/** The choice of the key that pays; nothing where there is the console's alone. */
export function KeySelect({ choice: { keys, key, choose } }: Props): ReactNode {
  const more = useMakeWords();
  if (keys.length === 0) return null;
  const named = Map.groupBy(keys, ({ name }) => name);
  const noteOf = ({ id, name }: (typeof keys)[number]): string | undefined =>
    named.get(name)?.length === 1 ? undefined : id;
  return (
    <Select
      isLabelBeside
      label={more.asKey}
      value={key?.id ?? ""}
      options={[
        { id: "", text: more.consoleKey },
        ...keys.map((one) => ({ id: one.id, text: one.name, note: noteOf(one) })),
      ]}
      onChange={(id) => choose(id === "" ? undefined : id)}
    />
  );
}

/** Says that the chosen key is not there any more, until that is read. */
export function KeyGone({ choice: { isGone, choose } }: Props): ReactNode {
  const more = useMakeWords();
  if (!isGone) return null;
  return (
    <Message
      tone="warn"
      title={more.keyGone}
      action={<Button onPress={() => choose(undefined)}>{more.keyGoneRead}</Button>}
    />
  );
}

interface Props {
  readonly choice: KeyChoice;
}
