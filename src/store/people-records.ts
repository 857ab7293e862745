import { periods } from "../core/budget.ts";
import type { AuditEntry } from "../core/audit.ts";
import type { PriceMarkup } from "../core/price-markup.ts";
import type { PersonRecord, TeamRecord, UserRecord } from "../core/people.ts";
import { type JsonColumns, jsonColumns } from "./json-columns.ts";
import {
  boolean,
  decimal,
  integer,
  listOf,
  nullable,
  oneOf,
  optional,
  record,
  text,
} from "./shape.ts";
import { rowSchemas, type Tables } from "./tables.ts";

const textsSchema = listOf(text);
/** Budgets as a column keeps them. */
export const budgetsSchema = listOf(
  record({
    nano: integer,
    period: oneOf(periods),
    models: nullable(textsSchema),
    hard: boolean,
    notifyAt: optional(textsSchema),
    raise: nullable(record({ nano: integer, until: nullable(integer) })),
  }),
);

const markupSchema = record({ times: optional(decimal), per_image_usd: optional(decimal) });

function personFromRow(
  row: Omit<Tables["teams"], "markup">,
  { read }: Pick<JsonColumns, "read">,
): PersonRecord {
  return {
    id: row.id,
    name: row.name,
    models: read("models", textsSchema, row.models, []),
    rpm: row.rpm,
    ipm: row.ipm,
    ipd: row.ipd,
    budgets: read("budget", budgetsSchema, row.budgets, []),
    labels: read("labels", textsSchema, row.labels, []),
    disabled: row.disabled === 1,
    version: row.version,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}

function rowFromPerson(person: PersonRecord): Omit<Tables["teams"], "markup"> {
  return {
    id: person.id,
    name: person.name,
    models: JSON.stringify(person.models),
    rpm: person.rpm,
    ipm: person.ipm,
    ipd: person.ipd,
    budgets: JSON.stringify(person.budgets),
    labels: JSON.stringify(person.labels),
    disabled: person.disabled ? 1 : 0,
    version: person.version,
    created_at: person.createdAt,
    changed_at: person.changedAt,
  };
}

export function teamFromRow(value: unknown): TeamRecord {
  const row = rowSchemas.teams.parse(value);
  const columns = jsonColumns();
  const markup =
    row.markup === null
      ? null
      : columns.read<PriceMarkup | null>("markup", markupSchema, row.markup, null);
  return { ...personFromRow(row, columns), markup, ...columns.told() };
}

export function rowFromTeam(team: TeamRecord): Tables["teams"] {
  const markup = team.markup === null ? null : JSON.stringify(team.markup);
  return { ...rowFromPerson(team), markup };
}

export function userFromRow(value: unknown): UserRecord {
  const row = rowSchemas.users.parse(value);
  const columns = jsonColumns();
  return { ...personFromRow(row, columns), teamId: row.team_id, ...columns.told() };
}

export function rowFromUser(user: UserRecord): Tables["users"] {
  return { ...rowFromPerson(user), team_id: user.teamId };
}

export function auditFromRow(value: unknown): AuditEntry {
  const row = rowSchemas.audit.parse(value);
  return {
    id: row.id,
    at: row.at,
    who: row.who,
    address: row.address,
    requestId: row.request_id,
    action: row.action,
    resource: row.resource,
    resourceId: row.resource_id,
    before: row.before_json,
    after: row.after_json,
  };
}

export function rowFromAudit(entry: AuditEntry): Tables["audit"] {
  return {
    id: entry.id,
    at: entry.at,
    who: entry.who,
    address: entry.address,
    request_id: entry.requestId,
    action: entry.action,
    resource: entry.resource,
    resource_id: entry.resourceId,
    before_json: entry.before,
    after_json: entry.after,
  };
}
