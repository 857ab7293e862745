import { first } from "./0001-first.ts";
import { recovery } from "./0002-recovery.ts";
import type { Migration } from "./migration.ts";

/** Every migration, oldest first. */
export const migrations: readonly Migration[] = [first, recovery];
