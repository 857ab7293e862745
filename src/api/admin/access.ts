import { type Role, roles } from "../../core/role.ts";

/** The roles that may call a route; `anybody`: it opens without a session or token. */
export type RouteAccess = readonly Role[] | "anybody";

/** Roles of all who are signed in or have a token. */
export const everybody: RouteAccess = roles;
/** Roles that manage people, tokens and all that is not left to others. */
export const administer = ["owner", "admin"] as const satisfies readonly Role[];
/** Roles that run what is served. */
export const operate = [...administer, "operator"] as const satisfies readonly Role[];
/** Roles that make pictures in the console. */
export const make = [...operate, "team_admin", "key_holder"] as const satisfies readonly Role[];
/** Roles that may look at what is served and asked. */
export const watch = [...operate, "viewer"] as const satisfies readonly Role[];

/** Roles that may look, and those who see what is their team's or their own of it. */
export const watchParts = [...watch, "team_admin", "key_holder"] as const satisfies readonly Role[];
/** Roles that manage keys and their owners, and those who do so for one team. */
export const administerTeam = [...administer, "team_admin"] as const satisfies readonly Role[];

/** The roles that may call a route which names none. */
export const usualAccess: RouteAccess = [...administer];
