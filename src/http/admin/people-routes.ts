import type { FastifyInstance } from "fastify";
import { newPersonBody, personChangeBody, personRemovalQuery } from "../../api/admin/people.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { type OneTimeCode, type People, type Person, loginOf } from "../../identity/identity.ts";
import { actorOf } from "./callers.ts";
import { read } from "./read-checked.ts";
import { changeVersion, sendVersioned } from "./versions.ts";

/** /admin/v1/people: those who sign in, and their one-time links. */
export function peopleRoutes(
  app: FastifyInstance,
  people: People,
  gallery: Pick<Gateway["gallery"], "fateOf" | "deleteOf" | "standing">,
): void {
  app.get("/admin/v1/people", async () => ({
    object: "list",
    data: (await people.list()).map(personJson),
  }));
  app.post("/admin/v1/people", async (request, reply) => {
    const { login, name, role, user, team } = read(newPersonBody, request.body);
    const wanted = { login: loginOf(login), name, role, userId: user, teamId: team };
    const { person, invitation } = await people.invite(actorOf(request), wanted);
    return reply.code(201).send({ ...personJson(person), invitation: invitationJson(invitation) });
  });
  app.get<{ Params: { id: string } }>("/admin/v1/people/:id", async (request, reply) => {
    const person = await people.get(request.params.id);
    const { saved, savedBytes } = await gallery.standing({ personId: person.id });
    const savedJson = { saved_pictures: saved, saved_bytes: savedBytes };
    return sendVersioned(reply, person, { ...personJson(person), ...savedJson });
  });
  app.patch<{ Params: { id: string } }>("/admin/v1/people/:id", async (request, reply) => {
    const { id } = request.params;
    const { login, user, team, ...wanted } = read(personChangeBody, request.body);
    const change = {
      ...wanted,
      ...(login === undefined ? {} : { login: loginOf(login) }),
      ...(user === undefined ? {} : { userId: user }),
      ...(team === undefined ? {} : { teamId: team }),
    };
    const after = await changeVersion(request, {
      read: () => people.get(id),
      show: personJson,
      change: (version) => people.change(actorOf(request), id, version, change),
    });
    return sendVersioned(reply, after, personJson(after));
  });
  app.delete<{ Params: { id: string } }>("/admin/v1/people/:id", async (request) => {
    const { id } = request.params;
    const { pictures, pictures_to: to } = read(personRemovalQuery, request.query);
    const fate = gallery.fateOf({ pictures, to });
    const saved = await changeVersion(request, {
      read: () => people.get(id),
      show: personJson,
      change: (version) => people.remove(actorOf(request), id, version, fate),
    });
    if (fate.become === "delete") await gallery.deleteOf(id);
    return { id, deleted: true, saved_pictures: saved, pictures };
  });
  app.post<{ Params: { id: string } }>(
    "/admin/v1/people/:id/invitation",
    async (request, reply) => {
      const invitation = await people.inviteAgain(actorOf(request), request.params.id);
      return reply.code(201).send(invitationJson(invitation));
    },
  );
}

/** The code stands behind `#`, which browsers send to no server: so no log on the way holds it. */
function invitationJson({ code, until }: OneTimeCode): Record<string, unknown> {
  return { code, path: `/welcome#${code}`, expires_at: new Date(until).toISOString() };
}

function personJson(person: Person): Record<string, unknown> {
  return {
    id: person.id,
    login: person.login,
    name: person.name,
    role: person.role,
    user: person.userId,
    team: person.teamId,
    disabled: person.disabled,
    state: person.disabled ? "disabled" : person.joinedAt === null ? "invited" : "active",
    has_password: person.hasPassword,
    joined_at: moment(person.joinedAt),
    signed_in_at: moment(person.signedInAt),
    created_at: moment(person.createdAt),
    version: person.version,
  };
}

function moment(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
