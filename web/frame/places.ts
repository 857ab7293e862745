import type { Role } from "../api/session.ts";
import type { Words } from "../language/en.ts";
import type { IconName } from "../ui/icon.tsx";

/** The addresses of pages that stand in the menu. */
export type PlacePath =
  | "/make"
  | "/gallery"
  | "/overview"
  | "/requests"
  | "/notices"
  | "/channels"
  | "/models"
  | "/audit"
  | "/keys"
  | "/people"
  | "/budgets"
  | "/settings";

/** A page of the menu: where it is, and the roles that may see it. */
export interface Place {
  readonly path: PlacePath;
  readonly name: Exclude<keyof Words["nav"], "make" | "watch" | "run" | "fold" | "unfold" | "find">;
  readonly icon: IconName;
  readonly roles: readonly Role[];
}

/** A group of the menu. */
export interface PlaceGroup {
  readonly name: "make" | "watch" | "run";
  readonly places: readonly Place[];
}

/** Roles that see what all have asked for. */
export const watchers: readonly Role[] = ["owner", "admin", "operator", "viewer"];
const administrators: readonly Role[] = ["owner", "admin"];
const operators: readonly Role[] = [...administrators, "operator"];
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
  {
    name: "watch",
    places: [
      { path: "/overview", name: "overview", icon: "overview", roles: watchers },
      {
        path: "/requests",
        name: "requests",
        icon: "requests",
        roles: [...watchers, "team_admin", "key_holder"],
      },
      { path: "/notices", name: "notices", icon: "notices", roles: watchers },
    ],
  },
  {
    name: "run",
    places: [
      { path: "/channels", name: "channels", icon: "channels", roles: operators },
      { path: "/models", name: "models", icon: "models", roles: operators },
      { path: "/keys", name: "keys", icon: "keys", roles: keyManagers },
      { path: "/people", name: "people", icon: "people", roles: keyManagers },
      { path: "/budgets", name: "budgets", icon: "budgets", roles: keyManagers },
      { path: "/audit", name: "audit", icon: "audit", roles: administrators },
      { path: "/settings", name: "settings", icon: "settings", roles: operators },
    ],
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

/** The page that a role begins with: who runs the gateway sees how it is, who makes pictures makes them. */
export function startOf(role: Role): PlacePath | "/more" {
  return watchers.includes(role) ? "/overview" : firstOf(role);
}

/** The page that somebody comes to who has just been let in: a first picture, where the role makes any. */
export function firstOf(role: Role): PlacePath | "/more" {
  return groupsOf(role)[0]?.places[0]?.path ?? "/more";
}
