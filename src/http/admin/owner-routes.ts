import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  newTeamBody,
  newUserBody,
  ownerQuery,
  teamBody,
  userBody,
} from "../../api/admin/owners.ts";
import { withoutNulls } from "../../core/entry-paths.ts";
import { ownerId } from "../../core/forms.ts";
import { type OwnerWords, ownerSettingsOf, ownerWordsOf } from "../../core/owner-words.ts";
import {
  type ConfinedOwners,
  type OwnerAdministration,
  type OwnerKind,
  type OwnerView,
  ownerJson,
} from "../../gateway/gateway.ts";
import { scopeOf } from "../../core/role.ts";
import { callerOf, changerOf } from "./callers.ts";
import { read, readFields } from "./read-checked.ts";
import { conditionOf, pageOf, withVersion } from "./conditions.ts";

interface OfOne {
  readonly Params: { readonly id: string };
}

/** The routes of teams and of users differ in nothing but their bodies. */
interface Owners {
  readonly kind: OwnerKind;
  readonly administration: OwnerAdministration;
  readonly readBody: (body: unknown) => OwnerWords;
  readonly readNew: (body: unknown) => OwnerWords & { readonly id: string };
}

/** /admin/v1/teams and /admin/v1/teams/{id}, /admin/v1/users and /admin/v1/users/{id}. */
export function ownerRoutes(
  app: FastifyInstance,
  { teams, users }: Readonly<Record<"teams" | "users", OwnerAdministration>>,
): void {
  const teamParts: Owners = {
    kind: "team",
    administration: teams,
    readBody: (body) => read(teamBody, withoutNulls(body)),
    readNew: (body) => read(newTeamBody, withoutNulls(body)),
  };
  const userParts: Owners = {
    kind: "user",
    administration: users,
    readBody: (body) => read(userBody, withoutNulls(body)),
    readNew: (body) => read(newUserBody, withoutNulls(body)),
  };
  const team = handlersOf(teamParts);
  app.get("/admin/v1/teams", team.list);
  app.post("/admin/v1/teams", team.create);
  app.get<OfOne>("/admin/v1/teams/:id", team.show);
  app.put<OfOne>("/admin/v1/teams/:id", team.put);
  app.patch<OfOne>("/admin/v1/teams/:id", team.change);
  app.delete<OfOne>("/admin/v1/teams/:id", team.disable);
  const user = handlersOf(userParts);
  app.get("/admin/v1/users", user.list);
  app.post("/admin/v1/users", user.create);
  app.get<OfOne>("/admin/v1/users/:id", user.show);
  app.put<OfOne>("/admin/v1/users/:id", user.put);
  app.patch<OfOne>("/admin/v1/users/:id", user.change);
  app.delete<OfOne>("/admin/v1/users/:id", user.disable);
}

type Request = FastifyRequest<OfOne>;

function handlersOf({ kind, administration, readBody, readNew }: Owners) {
  const json = (view: OwnerView): Record<string, unknown> => ownerJson(view, kind);
  /** The owners that the caller may see. */
  const ownersFor = (request: FastifyRequest): ConfinedOwners =>
    administration.within(scopeOf(callerOf(request)));
  return {
    async list(request: FastifyRequest) {
      const { after, limit } = read(ownerQuery, request.query);
      return pageOf(await ownersFor(request).page(after, limit + 1), limit, json);
    },
    async create(request: FastifyRequest, reply: FastifyReply) {
      const { id, ...words } = readNew(request.body);
      const view = await administration.create(changerOf(request), id, ownerSettingsOf(words));
      return reply.code(201).send(withVersion(reply, json(view)));
    },
    async show(request: Request, reply: FastifyReply) {
      return withVersion(reply, json(await ownersFor(request).get(request.params.id)));
    },
    async put(request: Request, reply: FastifyReply) {
      const settings = ownerSettingsOf(readBody(request.body));
      const { view, isNew } = await administration.put(changerOf(request), {
        id: read(ownerId("It."), request.params.id),
        condition: conditionOf(request),
        settings,
      });
      return reply.code(isNew ? 201 : 200).send(withVersion(reply, json(view)));
    },
    async change(request: Request, reply: FastifyReply) {
      const fields = readFields(request.body);
      const view = await ownersFor(request).change(changerOf(request), {
        id: request.params.id,
        condition: conditionOf(request),
        said: Object.keys(fields),
        edit: (now) => ownerSettingsOf(readBody({ ...ownerWordsOf(now, kind), ...fields })),
      });
      return withVersion(reply, json(view));
    },
    async disable(request: Request, reply: FastifyReply) {
      const { id } = request.params;
      const view = await administration.disable(changerOf(request), id, conditionOf(request));
      return withVersion(reply, json(view));
    },
  };
}
