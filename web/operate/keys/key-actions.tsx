import { useState } from "react";
import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { useFigures } from "../../watch/figures.ts";
import { Act, Ask, useAct } from "../editing/act.tsx";
import {
  type KeyEntry,
  type KeyWithSecret,
  changeKey,
  keysQuery,
  revokeKey,
  rotateKey,
} from "./keys.ts";
import { useKeyWords } from "./words.ts";

interface ActionsProps {
  readonly entry: KeyEntry;
  readonly onMade: (made: KeyWithSecret) => void;
  readonly onClose: () => void;
}

const reads = [keysQuery.queryKey];

/** The acts on a key that count at once: another secret, disabled for a while, ended for ever. */
export function KeyActions({ entry, onMade, onClose }: ActionsProps): ReactNode {
  const words = useKeyWords();
  const [asked, setAsked] = useState<"rotate" | "disable" | "revoke">();
  const close = (): void => setAsked(undefined);
  const [overlap, setOverlap] = useState("0s");
  const rotating = useAct(() => rotateKey(entry, overlap), { reads, onDone: onMade });
  const turning = useAct(() => changeKey(entry, { disabled: !entry.disabled }), {
    reads,
    onDone: onClose,
  });
  const revoking = useAct(() => revokeKey(entry), { reads, onDone: onClose });
  const { name, disabled } = entry;
  return (
    <>
      <Act heading={words.rotateHeading} means={words.rotateMeans}>
        <Previous entry={entry} />
        <Button onPress={() => setAsked("rotate")}>{words.rotate}</Button>
      </Act>
      <Act
        heading={words.access}
        means={disabled ? words.isDisabled : words.disableMeans}
        error={disabled ? turning.error : null}
      >
        <span className="flex flex-wrap gap-2">
          {disabled ? (
            <Button isPending={turning.isPending} onPress={turning.mutate}>
              {words.enable}
            </Button>
          ) : (
            <Button onPress={() => setAsked("disable")}>{words.disable}</Button>
          )}
          <Button kind="danger" onPress={() => setAsked("revoke")}>
            {words.revoke}
          </Button>
        </span>
      </Act>
      <Ask isOpen={asked === "rotate"} title={words.rotate} act={rotating} onClose={close}>
        <p>{words.rotateMeans}</p>
        <Choice
          label={words.overlap}
          value={overlap}
          options={Object.entries(words.overlaps).map(([value, text]) => ({ value, text }))}
          onChange={setOverlap}
        />
      </Ask>
      <Ask
        isOpen={asked === "disable"}
        title={words.disableOne(name)}
        word={words.disable}
        act={turning}
        onClose={close}
      >
        <p>{words.disableMeans}</p>
      </Ask>
      <Ask
        isOpen={asked === "revoke"}
        title={words.revokeOne(name)}
        word={words.revoke}
        act={revoking}
        onClose={close}
      >
        <p>{words.revokeMeans}</p>
      </Ask>
    </>
  );
}

/** The secret of before, while it still opens the key. */
function Previous({ entry: { previous } }: { readonly entry: KeyEntry }): ReactNode {
  const words = useKeyWords();
  const figures = useFigures();
  if (previous === null || Date.parse(previous.until) <= Date.now()) return null;
  const { hint, until, last_used_at: used } = previous;
  return (
    <p>
      {words.previous(hint, figures.moment(until))}{" "}
      {used === null ? words.previousUnused : words.previousUsed(figures.moment(used))}
    </p>
  );
}
