import type { FastifyInstance } from "fastify";
import { type AdminParts, adminRoutes } from "./admin/admin-routes.ts";
import { fetchedPictureRoutes } from "./console/fetched-picture-routes.ts";
import { galleryRoutes } from "./console/gallery-routes.ts";
import { type GenerationRouteParts, generationRoutes } from "./console/generation-routes.ts";
import { requireMaker } from "./console/maker.ts";
import { modelOptionRoutes } from "./console/model-option-routes.ts";
import { ownKeyRoutes } from "./console/own-key-routes.ts";
import { type KeyRouteParts, keyRoutes, readAsStreams } from "./v1/key-routes.ts";

/** The parts that the routes of people and operators work with. */
export type PeopleParts = AdminParts & GenerationRouteParts & KeyRouteParts;

/** The routes of the admin API, and those of `/v1` for people who are signed in to the console. */
export function peopleRoutes(app: FastifyInstance, parts: PeopleParts): void {
  app.register(
    (scope, _options, done) => {
      readAsStreams(scope);
      requireMaker(scope, parts);
      generationRoutes(scope, parts);
      keyRoutes(scope, parts);
      modelOptionRoutes(scope, parts);
      ownKeyRoutes(scope, parts);
      scope.register((inner, _inner, ready) => {
        galleryRoutes(inner, parts);
        fetchedPictureRoutes(inner, parts);
        ready();
      });
      done();
    },
    { prefix: "/console" },
  );
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    adminRoutes(scope, parts);
    done();
  });
}
