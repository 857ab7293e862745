import type { Role } from "../api/session.ts";
import type { Words } from "../language/en.ts";
import type { IconName } from "../ui/icon.tsx";

/** The addresses of pages that stand in the menu. */
export type PlacePath = "/make" | "/gallery" | "/keys";

/** A page of the menu: where it is, and the roles that may see it. */
export interface Place {
  readonly path: PlacePath;
  readonly name: Exclude<keyof Words["nav"], "make" | "watch" | "run" | "fold" | "unfold">;
  readonly icon: IconName;
  readonly roles: readonly Role[];
}

/** A group of the menu. */
export interface PlaceGroup {
  readonly name: "make" | "watch" | "run";
  readonly places: readonly Place[];
}

const administrators: readonly Role[] = ["owner", "admin"];
const keyManagers: readonly Role[] = [...administrators, "team_admin"];
const makers: readonly Role[] = [...administrators, "operator", "team_admin", "key_holder"];

/** The pages by group. What a role may not see is absent from the menu, never greyed. */
export const placeGroups: readonly PlaceGroup[] = [
  {
    name: "make",
    places: [
      { path: "/make", name: "playground", icon: "playground", roles: makers },
      { path: "/gallery", name: "gallery", icon: "gallery", roles: makers },
    ],
  },
  { name: "watch", places: [] },
  {
    name: "run",
    places: [{ path: "/keys", name: "keys", icon: "keys", roles: keyManagers }],
  },
];

/** The groups as a role sees them; empty ones are left out. */
export function groupsOf(role: Role): readonly PlaceGroup[] {
  return placeGroups
    .map(({ name, places }) => ({
      name,
      places: places.filter(({ roles }) => roles.includes(role)),
    }))
    .filter(({ places }) => places.length > 0);
}

/** The page that a role begins with. */
export function startOf(role: Role): PlacePath | "/more" {
  return groupsOf(role)[0]?.places[0]?.path ?? "/more";
}
