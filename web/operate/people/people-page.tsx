import type { ReactNode } from "react";
import { useWords } from "../../language/language.tsx";
import { Aperture } from "../../ui/aperture.tsx";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Icon } from "../../ui/icon.tsx";
import { EmptyState, Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { OwnerPanel } from "./owner-panel.tsx";
import { OwnerTable } from "./owner-table.tsx";
import { type PeoplePageState, usePeoplePage } from "./page-state.ts";
import { PeopleTable } from "./people-table.tsx";
import { PersonPanel } from "./person-panel.tsx";
import { usePeopleWords } from "./words.ts";

/** The page of those who sign in, of the users that keys and budgets belong to, and of teams. */
export function PeoplePage(): ReactNode {
  const words = usePeopleWords();
  const page = usePeoplePage();
  const { show, isAdmin, lists, found, change } = page;
  const state = lists.users.data === undefined ? undefined : stateOf(page, words);
  const mayMake = isAdmin;
  const make = { people: words.invite, users: words.newUser, teams: words.newTeam }[show];
  const add = mayMake ? (
    <Button kind="main" onPress={() => change({ new: 1, open: undefined })}>
      <Icon name="plus" size={16} />
      {make}
    </Button>
  ) : undefined;
  return (
    <Page title={words.title} state={state} action={add}>
      <Choice
        isBar
        label={words.show}
        value={show}
        options={page.shows.map((value) => ({ value, text: words.shows[value] }))}
        onChange={(next) =>
          change({ show: next, open: undefined, new: undefined, team: undefined })
        }
      />
      {found.error === null ? null : (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      )}
      <Lists page={page} />
      <Panels page={page} />
    </Page>
  );
}

function stateOf(
  { isAdmin, lists: { people, users, teams } }: PeoplePageState,
  words: ReturnType<typeof usePeopleWords>,
): string {
  const count = users.data?.length ?? 0;
  if (!isAdmin) return words.teamState(count);
  return words.state(people.data?.length ?? 0, count, teams.data?.length ?? 0);
}

function Lists({ page }: { readonly page: PeoplePageState }): ReactNode {
  const words = usePeopleWords();
  const { loading } = useWords();
  const { show, lists, found, search } = page;
  if (found.isPending) return <Aperture size={40} busy label={loading} />;
  if (found.data === undefined) return null;
  if (found.data.length === 0)
    return <EmptyState sentence={words.none[show]} command={words.commands[show]} />;
  if (show === "people") return <PeopleTable page={page} people={lists.people.data ?? []} />;
  const { team } = search;
  if (show === "users") {
    const users = lists.users.data ?? [];
    return (
      <>
        {team === undefined ? null : (
          <div className="flex items-center gap-2">
            <p className="text-soft">{words.owner.usersOfTeam(team)}</p>
            <Button kind="quiet" onPress={() => page.change({ team: undefined })}>
              {words.back}
            </Button>
          </div>
        )}
        <OwnerTable
          kind="user"
          owners={team === undefined ? users : users.filter((user) => user.team === team)}
          page={page}
        />
      </>
    );
  }
  return <OwnerTable kind="team" owners={lists.teams.data ?? []} page={page} />;
}

/** The panel of what the address says is open. */
function Panels({ page }: { readonly page: PeoplePageState }): ReactNode {
  const { show, search, lists, found } = page;
  const isNew = search.new === 1 && page.isAdmin;
  // A panel of something waits for the list that it stands in.
  if (!isNew && (search.open === undefined || found.data === undefined)) return null;
  if (show === "people") {
    const person = lists.people.data?.find(({ id }) => id === search.open);
    return isNew || person !== undefined ? (
      <PersonPanel key={person?.id ?? "new"} person={isNew ? undefined : person} page={page} />
    ) : null;
  }
  const kind = show === "users" ? "user" : "team";
  const owner = lists[show].data?.find(({ id }) => id === search.open);
  return isNew || owner !== undefined ? (
    <OwnerPanel
      key={`${kind} ${owner?.id ?? ""}`}
      kind={kind}
      owner={isNew ? undefined : owner}
      page={page}
    />
  ) : null;
}
