import type { z } from "zod";
import type { RouteAccess } from "./access.ts";

/** A route of the admin API, with the schemas of what it reads and answers. */
export interface AdminRoute {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As src/http declares it: `:id` for one segment. */
  readonly path: `/admin/v1/${string}`;
  readonly about: string;
  /** The roles that may call it; `usualAccess` (owners and admins) unless given. */
  readonly access?: RouteAccess;
  /** The word for it on the command line, where it is not the usual one; null: it is for pages, and has no command. */
  readonly verb?: string | null;
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  /** Status of the good answer; 200 unless given. */
  readonly status?: number;
  /** Name of the good answer's schema in the OpenAPI document; absent: some JSON object. */
  readonly answer?: string;
  /** True: where it makes something, the same answer comes with 201. */
  readonly mayCreate?: true;
  /** Good answers that are no JSON: media types by status; an empty list is an answer without a body. */
  readonly media?: Readonly<Record<string, readonly string[]>>;
  /** Statuses of errors that this route has and its sisters do not. */
  readonly errors?: readonly number[];
  /** Media types that it may be asked for besides JSON. */
  readonly otherMedia?: readonly string[];
}

/** A resource of the admin API: a file beside this one, whose routes are in `http/admin/<resource>-routes.ts`. */
export interface AdminResource {
  readonly routes: readonly AdminRoute[];
  /** Schemas of answers, by the name that they have in the OpenAPI document. */
  readonly schemas: Readonly<Record<string, z.ZodType>>;
}
