import { useState } from "react";
import type { ReactNode } from "react";
import type { Role } from "../api/session.ts";
import { lettersAreOn, turnLetters } from "../frame/letters.ts";
import { groupsOf } from "../frame/places.ts";
import { goKeysOf } from "../frame/go-keys.ts";
import { useWords } from "../language/language.tsx";
import type { PaletteWords } from "../language/palette-en.ts";
import { Check } from "../ui/check.tsx";
import { Panel } from "../ui/dialog.tsx";
import { usePaletteWords } from "./words.ts";

/** Keys that are pressed one after the other, or in each other's place, and what they do. */
interface Line {
  readonly keys: readonly string[];
  readonly says: string;
}

/** The sheet of all keys, with the switch that turns single letters off. */
export function KeySheet({
  role,
  onClose,
}: {
  readonly role: Role;
  readonly onClose: () => void;
}): ReactNode {
  const words = usePaletteWords().sheet;
  const [isOn, setOn] = useState(lettersAreOn);
  return (
    <Panel title={words.title} isOpen onClose={onClose}>
      <Check
        label={words.letters}
        hint={words.lettersMean}
        isOn={isOn}
        onChange={(on) => {
          turnLetters(on);
          setOn(on);
        }}
      />
      {useSections(role).map(({ title, lines }) => (
        <section key={title} className="flex flex-col">
          <h3 className="pb-1 font-semibold">{title}</h3>
          <dl className="flex flex-col">
            {lines.map(({ keys, says }) => (
              <div
                key={says}
                className="flex items-baseline justify-between gap-4 border-b border-line py-1.5"
              >
                <dt className="text-soft">{says}</dt>
                <dd className="flex shrink-0 flex-wrap items-baseline justify-end gap-1">
                  {keys.map((key) => (
                    <Key key={key}>{key}</Key>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Panel>
  );
}

/** A key as it looks; words between keys are no keys. */
function Key({ children }: { readonly children: string }): ReactNode {
  const { after, or } = usePaletteWords().sheet;
  if (children === after || children === or)
    return <span className="text-label text-soft">{children}</span>;
  return (
    <kbd className="min-w-6 rounded-picture border border-edge bg-raised px-1.5 text-center font-sans text-label">
      {children}
    </kbd>
  );
}

/** Keys that belong together, under a title. */
interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** The keys of the playground and of the mask editor. */
function makingSections(words: PaletteWords["sheet"], control: string): readonly Section[] {
  return [
    {
      title: words.playground,
      lines: [
        { keys: [control, words.enter], says: words.make },
        { keys: ["Alt ↑", "Alt ↓"], says: words.earlier },
        { keys: [`${control} ⇧ V`], says: words.paste },
        { keys: ["1", "2", "3", "4"], says: words.result },
      ],
    },
    {
      title: words.mask,
      lines: [
        { keys: ["B", "E", "R", "L"], says: words.tools },
        { keys: [",", ".", words.or, "-", "+"], says: words.size },
        { keys: ["X"], says: words.swap },
        { keys: [words.shift, words.click], says: words.straight },
        { keys: [words.space, words.drag], says: words.move },
        { keys: [`${control} Z`, `${control} ⇧ Z`], says: words.undo },
        { keys: ["0"], says: words.fit },
        { keys: ["I"], says: words.invert },
      ],
    },
  ];
}

function useSections(role: Role): readonly Section[] {
  const { nav } = useWords();
  const words = usePaletteWords().sheet;
  const places = groupsOf(role).flatMap((group) => group.places);
  const control = /mac|iphone|ipad/i.test(navigator.userAgent) ? "⌘" : "Ctrl";
  const makes = places.some(({ path }) => path === "/make");
  return [
    {
      title: words.everywhere,
      lines: [
        { keys: [control, "K"], says: words.palette },
        ...goKeysOf(role).map(({ key, path }) => {
          const place = places.find((one) => one.path === path);
          const says = words.go(place === undefined ? path : nav[place.name]);
          return { keys: ["G", words.after, key], says };
        }),
        { keys: ["/"], says: words.search },
        { keys: ["["], says: words.fold },
        { keys: ["?"], says: words.sheet },
        { keys: ["Esc"], says: words.close },
      ],
    },
    ...(makes ? makingSections(words, control) : []),
    {
      title: words.lists,
      lines: [
        { keys: ["J", "K", words.or, "↓", "↑"], says: words.next },
        { keys: [words.enter], says: words.open },
      ],
    },
    ...(makes
      ? [
          {
            title: nav.gallery,
            lines: [
              { keys: ["X"], says: words.select },
              { keys: [words.shift, "J", words.or, words.shift, words.click], says: words.range },
              { keys: ["S"], says: words.keep },
              { keys: [words.del], says: words.remove },
              { keys: [`${control} Z`], says: words.removeBack },
            ],
          },
        ]
      : []),
  ];
}
