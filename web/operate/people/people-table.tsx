import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useWords } from "../../language/language.tsx";
import { classNames } from "../../ui/class-names.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { useFigures } from "../../watch/figures.ts";
import { Row, RowTable, rowLink } from "../row-table.tsx";
import type { PeoplePageState } from "./page-state.ts";
import type { PersonEntry } from "./people.ts";
import { usePeopleWords } from "./words.ts";

/** People who sign in, oldest first. */
export function PeopleTable({
  page,
  people,
}: {
  readonly page: PeoplePageState;
  readonly people: readonly PersonEntry[];
}): ReactNode {
  const words = usePeopleWords();
  const { roles } = useWords();
  const figures = useFigures();
  const { columns } = words;
  return (
    <RowTable
      label={words.tables.people}
      heads={[columns.name, columns.role, columns.user, columns.state, columns.signedIn]}
    >
      {people.map((person) => {
        const { id, name, login, role, team, user, signed_in_at: at } = person;
        const roleText = team === null ? roles[role] : `${roles[role]} · ${team}`;
        const signedIn = at === null ? words.never : figures.moment(at);
        const isOwn = id === page.caller.id;
        return (
          <Row
            key={id}
            isOpen={page.search.open === id}
            link={
              <Link
                to="/people"
                search={{ ...page.search, open: id, new: undefined }}
                resetScroll={false}
                className={rowLink}
              >
                {name}
              </Link>
            }
            note={isOwn ? `${login} · ${words.you}` : login}
            second={
              <span className="flex flex-wrap gap-x-3">
                <PersonState state={person.state} />
                {roleText}
              </span>
            }
            cells={[
              roleText,
              user ?? <span className="text-soft">–</span>,
              <PersonState key="state" state={person.state} />,
              <span key="at" className="text-soft">
                {signedIn}
              </span>,
            ]}
          />
        );
      })}
    </RowTable>
  );
}

const marks: Readonly<Record<PersonEntry["state"], readonly [IconName, string]>> = {
  active: ["check", "text-good"],
  invited: ["info", "text-info"],
  disabled: ["close", "text-bad"],
};

/** The state of a person, or of a team or user, as an icon and a word. */
export function PersonState({ state }: { readonly state: PersonEntry["state"] }): ReactNode {
  const { states } = usePeopleWords();
  const [icon, colour] = marks[state];
  return (
    <span className={classNames("flex items-center gap-1.5", colour)}>
      <Icon name={icon} size={16} />
      {states[state]}
    </span>
  );
}
