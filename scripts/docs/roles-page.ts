import { type RouteAccess, usualAccess } from "../../src/api/admin/access.ts";
import type { AdminRoute } from "../../src/api/admin/resource.ts";
import { adminResources } from "../../src/api/admin/resources.ts";
import { type Role, roles } from "../../src/core/role.ts";
import { code, page, table, type Page } from "./markdown.ts";

/** The pages of the console that show a resource, by the first word of its address. */
const consolePages: Readonly<Record<string, string>> = {
  keys: "`/keys`",
  people: "`/people`",
  users: "`/people`",
  teams: "`/people`",
  budgets: "`/budgets`",
  settings: "`/settings`",
  tokens: "`/settings`",
  doctor: "`/settings`",
  requests: "`/requests`",
  statistics: "`/overview`",
  usage: "`/overview`",
  channels: "`/channels`",
  providers: "`/channels`",
  models: "`/models`",
  aliases: "`/models`",
  health: "`/channels`",
  notices: "`/notices`",
  audit: "`/audit`",
  session: "`/sign-in`",
  invitation: "`/welcome`",
  "sign-in": "`/sign-in`",
  passkeys: "`/settings/you`",
};

/** Roles that see of a resource what is theirs, where they see it at all. */
const narrowed: Readonly<Partial<Record<Role, string>>> = {
  key_holder: "own",
  team_admin: "their team's",
};

/** Resources of which everybody sees and changes their own account alone. */
const personal: ReadonlySet<string> = new Set(["session", "invitation", "passkeys", "sign-in"]);

const accessOf = ({ access = usualAccess }: AdminRoute): RouteAccess => access;
const may = (route: AdminRoute, role: Role): boolean => {
  const access = accessOf(route);
  return access === "anybody" || access.includes(role);
};
const resourceOf = ({ path }: AdminRoute): string => path.split("/")[3] ?? "";

const adminRoutes: readonly AdminRoute[] = adminResources.flatMap(({ routes }) => routes);

function cell(resource: string, of: readonly AdminRoute[], role: Role): string {
  if (personal.has(resource)) return "own account";
  const reads = of.some((route) => route.method === "GET" && may(route, role));
  const changes = of.some((route) => route.method !== "GET" && may(route, role));
  const what = reads && changes ? "read, change" : reads ? "read" : changes ? "change" : undefined;
  if (what === undefined) return "–";
  const part = narrowed[role];
  return part === undefined ? what : `${what} ${part}`;
}

function resourceRows(): string[][] {
  const names = [...new Set(adminRoutes.map(resourceOf))];
  return names.map((name) => {
    const of = adminRoutes.filter((route) => resourceOf(route) === name);
    return [code(name), consolePages[name] ?? "–", ...roles.map((role) => cell(name, of, role))];
  });
}

function routeRows(): string[][] {
  return adminRoutes.map((route) => [
    code(`${route.method} ${route.path}`),
    ...(accessOf(route) === "anybody"
      ? roles.map(() => "anybody")
      : roles.map((role) => (may(route, role) ? "yes" : "–"))),
  ]);
}

/** docs/roles.md. */
export function rolesPage(): Page {
  const heads = roles.map((role) => code(role));
  return page("docs/roles.md", "`src/api/admin`", [
    "# Roles",
    "Who may do what in the administration, from the table of its routes; a test asks every route as every role and as nobody. " +
      "How people come in and what else there is to know of them is on [a page of its own](people.md).",
    "A role that a route does not name gets 403 `role_not_allowed`. Where a role sees a part of a resource, an id outside that part is " +
      "a 404, as one that does not exist. API keys (`/v1`) open nothing here. The installation's own token (`PINHOLE_ADMIN_TOKEN`) is an owner.",
    "An admin may do all that an owner may, but add, change or remove an owner, or make a token that is one.",
    "## Resources",
    table(["resource", "pages of the console", ...heads], resourceRows()),
    "## Routes",
    table(["route", ...heads], routeRows()),
  ]);
}
