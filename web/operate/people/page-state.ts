import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouteContext, useSearch } from "@tanstack/react-router";
import type { PeopleSearch } from "../addresses.ts";
import { peopleQuery, teamsQuery, usersQuery } from "./people.ts";

const shows = ["people", "users", "teams"] as const;

/** The page as its address and the caller's role make it, and its lists. */
export function usePeoplePage() {
  const search: PeopleSearch = useSearch({ from: "/inside/people" });
  const { session } = useRouteContext({ from: "/inside" });
  const { role } = session.caller;
  const navigate = useNavigate();
  const isAdmin = role === "owner" || role === "admin";
  const own = isAdmin ? shows : shows.slice(1);
  const show = own.find((one) => one === search.show) ?? (isAdmin ? "people" : "users");
  const people = useQuery({ ...peopleQuery, enabled: isAdmin });
  const users = useQuery(usersQuery);
  const teams = useQuery(teamsQuery);
  return {
    search,
    caller: session.caller,
    isAdmin,
    shows: own,
    show,
    lists: { people, users, teams },
    /** The list that is shown. */
    found: { people, users, teams }[show],
    change(next: Partial<PeopleSearch>): void {
      void navigate({ to: "/people", search: { ...search, ...next }, resetScroll: false });
    },
    close(): void {
      const { open: _, new: __, ...rest } = search;
      void navigate({ to: "/people", search: rest, resetScroll: false });
    },
  };
}

export type PeoplePageState = ReturnType<typeof usePeoplePage>;
