import { PinholeError } from "../core/errors.ts";
import type { Caller, Role } from "../core/role.ts";

/** Throws role_not_allowed where the caller may not give or touch this role: nobody makes more of another than they are. */
export function requireRightOver(by: Caller, role: Role): void {
  if (by.role === "owner" || (by.role === "admin" && role !== "owner")) return;
  throw new PinholeError("role_not_allowed", {
    message:
      by.role === "admin"
        ? "Only an owner may add, change or remove an owner."
        : "Only owners and admins may add, change or remove people and tokens.",
  });
}
