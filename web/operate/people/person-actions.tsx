import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { bytesWords } from "../../ui/bytes.ts";
import { Choice } from "../../ui/choice.tsx";
import { Select } from "../../ui/select.tsx";
import { useFigures } from "../../watch/figures.ts";
import { Act, type ActState, Ask, useAct } from "../editing/act.tsx";
import { keysQuery } from "../keys/keys.ts";
import type { PeoplePageState } from "./page-state.ts";
import {
  type OneTimeLink,
  type PersonEntry,
  type PicturesFate,
  newLink,
  peopleQuery,
  personQuery,
  removePerson,
  stopPerson,
} from "./people.ts";
import { usePeopleWords } from "./words.ts";

/** When a person came in, first and last. */
export function PersonFacts({
  person: { joined_at: joined, signed_in_at: signedIn, created_at: made },
}: {
  readonly person: PersonEntry;
}): ReactNode {
  const { person: words } = usePeopleWords();
  const figures = useFigures();
  return (
    <p className="text-soft">
      {joined === null
        ? words.notJoined(figures.moment(made))
        : words.joined(figures.moment(joined))}
      {signedIn === null ? null : ` · ${words.signedIn(figures.moment(signedIn))}`}
    </p>
  );
}

type Asked = "link" | "disable" | "remove";

/** The ways to let somebody in anew, to keep them out, and to remove them; each says what it does to what is theirs. */
export function PersonActions({
  person,
  page,
  isOwn,
  onLink,
}: {
  readonly person: PersonEntry;
  readonly page: PeoplePageState;
  readonly isOwn: boolean;
  readonly onLink: (link: OneTimeLink, name: string) => void;
}): ReactNode {
  const all = usePeopleWords();
  const words = all.person;
  const [asked, setAsked] = useState<Asked>();
  const reads = [peopleQuery.queryKey];
  const linking = useAct(() => newLink(person), {
    reads,
    onDone: (link) => onLink(link, person.name),
  });
  const stopping = useAct(() => stopPerson(person, !person.disabled), {
    reads,
    onDone: page.close,
  });
  const [fate, setFate] = useState<PicturesFate>("expire");
  const removing = useAct(() => removePerson(person, fate), { reads, onDone: page.close });
  return (
    <>
      <Act heading={words.linkHeading} means={words.linkMeans}>
        <Button onPress={() => setAsked("link")}>{words.link}</Button>
      </Act>
      {isOwn ? null : (
        <Act
          heading={words.access}
          means={person.disabled ? words.isDisabled : words.disableMeans(person.user ?? undefined)}
          error={person.disabled ? stopping.error : null}
        >
          <span className="flex flex-wrap gap-2">
            {person.disabled ? (
              <Button isPending={stopping.isPending} onPress={() => stopping.mutate()}>
                {words.enable}
              </Button>
            ) : (
              <Button onPress={() => setAsked("disable")}>{words.disable}</Button>
            )}
            <Button kind="danger" onPress={() => setAsked("remove")}>
              {words.remove}
            </Button>
          </span>
        </Act>
      )}
      <Questions
        person={person}
        asked={asked}
        acts={{ link: linking, disable: stopping, remove: removing }}
        pictures={<Pictures person={person} page={page} fate={fate} onChange={setFate} />}
        onClose={() => setAsked(undefined)}
      />
    </>
  );
}

/** The question before each of them. */
function Questions({
  person,
  asked,
  acts,
  pictures,
  onClose,
}: {
  readonly person: PersonEntry;
  readonly asked: Asked | undefined;
  /** The choice of what becomes of theirs. */
  readonly pictures: ReactNode;
  readonly acts: Readonly<Record<Asked, ActState>>;
  readonly onClose: () => void;
}): ReactNode {
  const { person: words } = usePeopleWords();
  return (
    <>
      <Ask isOpen={asked === "link"} title={words.link} act={acts.link} onClose={onClose}>
        <p>{words.linkMeans}</p>
      </Ask>
      <Ask
        isOpen={asked === "disable"}
        title={words.disableOne(person.name)}
        word={words.disable}
        act={acts.disable}
        onClose={onClose}
      >
        <p>{words.disableMeans(person.user ?? undefined)}</p>
      </Ask>
      <Ask
        isOpen={asked === "remove"}
        title={words.removeOne(person.name)}
        word={words.remove}
        act={acts.remove}
        onClose={onClose}
      >
        <Remains person={person} />
        {pictures}
      </Ask>
    </>
  );
}

/** The things that are theirs, and their fate. */
function Remains({ person: { user } }: { readonly person: PersonEntry }): ReactNode {
  const { person: words } = usePeopleWords();
  const keys = useQuery({ ...keysQuery, enabled: user !== null }).data;
  const theirs = keys?.filter((key) => key.user === user).length;
  return (
    <ul className="flex list-disc flex-col gap-1 pl-5">
      {words.removeMeans.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
      {user === null || theirs === undefined ? null : <li>{words.removeKeys(user, theirs)}</li>}
      <li>{words.removePictures}</li>
    </ul>
  );
}

/** The choice of what becomes of the pictures that they keep; nothing where there are none. */
function Pictures({
  person: { id },
  page,
  fate,
  onChange,
}: {
  readonly person: PersonEntry;
  readonly page: PeoplePageState;
  readonly fate: PicturesFate;
  readonly onChange: (fate: PicturesFate) => void;
}): ReactNode {
  const { person: words } = usePeopleWords();
  const { data } = useQuery(personQuery(id));
  // Who only looks has no gallery.
  const others = (page.lists.people.data ?? []).filter(
    (other) => other.id !== id && other.role !== "viewer",
  );
  if (data === undefined || data.saved_pictures === 0) return null;
  const [first] = others;
  const chosen = typeof fate === "string" ? fate : "hand_over";
  const means = words.keptMeans[chosen];
  return (
    <>
      <Choice
        label={words.kept(data.saved_pictures, bytesWords(data.saved_bytes))}
        value={chosen}
        options={[
          { value: "expire", text: words.keptExpire },
          { value: "delete", text: words.keptDelete },
          ...(first === undefined ? [] : [{ value: "hand_over", text: words.keptHandOver }]),
        ]}
        onChange={(value) => {
          if (value === "expire" || value === "delete") onChange(value);
          else if (first !== undefined) onChange({ to: first.id });
        }}
      />
      {typeof fate === "string" ? null : (
        <Select
          label={words.keptTo}
          value={fate.to}
          options={others.map(({ id: other, name, login }) => ({
            id: other,
            text: name,
            note: login,
          }))}
          onChange={(to) => onChange({ to })}
        />
      )}
      <p className="text-label text-soft">{means}</p>
    </>
  );
}
