import type { Migration } from "./migration.ts";

const year = "CAST(365 AS bigint) * 86400000";
const refusal = "audit rows are never changed, and kept for a year";

/**
 * Teams and users beside those of the configuration file, and the audit of all changes. Each row counts its changes in
 * `version`; an audit row can be neither changed nor, for a year, deleted.
 */
export const administration: Migration = {
  name: "0011-administration",
  up: [
    ...["teams", "users"].map(
      (table) => `CREATE TABLE ${table} (
      id text NOT NULL PRIMARY KEY,
      name text,
      models text NOT NULL,
      rpm integer,
      ipm integer,
      ipd integer,
      budgets text NOT NULL,
      labels text NOT NULL,
      disabled integer NOT NULL,
      version integer NOT NULL,
      created_at bigint NOT NULL,
      changed_at bigint NOT NULL${table === "users" ? ",\n      team_id text" : ""}
    )`,
    ),
    `CREATE TABLE audit (
      id text NOT NULL PRIMARY KEY,
      at bigint NOT NULL,
      who text NOT NULL,
      address text,
      request_id text,
      action text NOT NULL,
      resource text NOT NULL,
      resource_id text NOT NULL,
      before_json text,
      after_json text
    )`,
    "CREATE INDEX audit_by_resource ON audit (resource, resource_id, id)",
  ],
  sqlite: [
    `CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
      BEGIN SELECT RAISE(ABORT, '${refusal}'); END`,
    `CREATE TRIGGER audit_kept BEFORE DELETE ON audit
      WHEN OLD.at >= CAST(strftime('%s', 'now') AS bigint) * 1000 - ${year}
      BEGIN SELECT RAISE(ABORT, '${refusal}'); END`,
    // REPLACE deletes without asking the trigger of deletions.
    `CREATE TRIGGER audit_not_replaced BEFORE INSERT ON audit
      WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
      BEGIN SELECT RAISE(ABORT, '${refusal}'); END`,
  ],
  postgres: [
    `CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' THEN
          IF OLD.at < extract(epoch FROM now())::bigint * 1000 - ${year} THEN RETURN OLD; END IF;
        END IF;
        RAISE EXCEPTION '${refusal}';
      END $$`,
    `CREATE TRIGGER audit_unchanged BEFORE UPDATE OR DELETE ON audit
      FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()`,
    `CREATE TRIGGER audit_kept BEFORE TRUNCATE ON audit
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()`,
  ],
};
