import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTold } from "../../language/language.tsx";
import { budgetsText, useBudgetWords } from "../budgets/words.ts";
import { Row, RowTable, rowLink } from "../row-table.tsx";
import type { PeoplePageState } from "./page-state.ts";
import { PersonState } from "./people-table.tsx";
import type { OwnerEntry, OwnerKind } from "./people.ts";
import { usePeopleWords } from "./words.ts";

/** Teams, or users, in the order of their ids. */
export function OwnerTable({
  kind,
  owners,
  page,
}: {
  readonly kind: OwnerKind;
  readonly owners: readonly OwnerEntry[];
  readonly page: PeoplePageState;
}): ReactNode {
  const words = usePeopleWords();
  const told = useTold();
  const budgets = useBudgetWords();
  const { columns } = words;
  const show = kind === "team" ? "teams" : "users";
  const users = page.lists.users.data ?? [];
  return (
    <RowTable
      label={words.tables[show]}
      heads={[
        columns.name,
        kind === "team" ? columns.users : columns.team,
        columns.models,
        columns.budget,
        columns.state,
      ]}
    >
      {owners.map((owner) => {
        const { id, name, team, models, budget, declared_at: place } = owner;
        const members = users.filter((user) => user.team === id).length;
        const second = kind === "team" ? words.owner.usersOf(members) : (team ?? "–");
        const spends = budget === null ? words.noBudget : budgetsText(budget, budgets);
        return (
          <Row
            key={`${id} ${place ?? ""}`}
            isOpen={page.search.open === id}
            link={
              <Link
                to="/people"
                search={{ ...page.search, show, open: id, new: undefined }}
                resetScroll={false}
                className={rowLink}
              >
                {name ?? id}
              </Link>
            }
            note={[
              name === null || name === id ? undefined : id,
              place === null ? undefined : told(place),
            ]
              .filter((text) => text !== undefined)
              .join(" · ")}
            second={
              <span className="flex flex-wrap gap-x-3">
                <PersonState state={owner.disabled ? "disabled" : "active"} />
                {second === "–" ? null : second}
                {spends}
              </span>
            }
            cells={[
              second,
              models.includes("*") ? words.allModels : models.join(", "),
              budget === null ? <span className="text-soft">{spends}</span> : spends,
              <PersonState key="state" state={owner.disabled ? "disabled" : "active"} />,
            ]}
          />
        );
      })}
    </RowTable>
  );
}
