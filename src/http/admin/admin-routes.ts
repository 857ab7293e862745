import type { FastifyInstance } from "fastify";
import { PinholeError } from "../../core/errors.ts";
import type { Examine } from "../../core/examination.ts";
import type { RunningSettings } from "../../core/shown-setting.ts";
import type { ProviderShelf } from "../../core/provider-shelf.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { budgetRoutes } from "./budget-routes.ts";
import { channelRoutes } from "./channel-routes.ts";
import { correctionRoutes } from "./correction-routes.ts";
import { auditRoutes } from "./audit-routes.ts";
import { endUserRoutes } from "./end-user-routes.ts";
import { keyRoutes } from "./key-routes.ts";
import { passkeyRoutes } from "./passkey-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { examinationRoutes } from "./examination-routes.ts";
import { noticeRoutes } from "./notice-routes.ts";
import { ownerRoutes } from "./owner-routes.ts";
import { priceRoutes } from "./price-routes.ts";
import { servedModelRoutes } from "./model-routes.ts";
import { providerRoutes } from "./provider-routes.ts";
import { nameRoutes } from "./name-routes.ts";
import { requestRoutes } from "./request-routes.ts";
import { settingsRoutes } from "./settings-routes.ts";
import { stateRoutes } from "./state-routes.ts";
import { tokenRoutes } from "./token-routes.ts";
import { limitBodies } from "./body-limits.ts";
import { requireCaller } from "./callers.ts";
import { type SessionParts, sessionRoutes } from "./session-routes.ts";
import { usageReportRoutes } from "./usage-routes.ts";
import { signInRoutes } from "./sign-in-routes.ts";

/** The parts that the admin API works with. */
export interface AdminParts extends SessionParts {
  readonly gateway: Pick<
    Gateway,
    | "administration"
    | "channels"
    | "servedModels"
    | "testChannel"
    | "standing"
    | "correct"
    | "eraseEndUser"
    | "restingPath"
    | "gallery"
  >;
  /** Looks at all that the gateway stands on. */
  readonly examine: Examine;
  readonly settings: () => RunningSettings;
  readonly providers: ProviderShelf;
}

/** The routes under /admin/v1, each for the roles that its table names. */
export function adminRoutes(app: FastifyInstance, parts: AdminParts): void {
  const { gateway } = parts;
  const { administration } = gateway;
  limitBodies(app);
  requireCaller(app, { ...parts, administration });
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, text, done) => {
    try {
      // Many clients name a type whether or not they send anything.
      done(null, text.length === 0 ? undefined : JSON.parse(String(text)));
    } catch {
      done(new PinholeError("invalid_json", { message: "The body is no valid JSON document." }));
    }
  });
  sessionRoutes(app, parts);
  signInRoutes(app, parts);
  passkeyRoutes(app, parts);
  peopleRoutes(app, parts.identity.people, gateway.gallery);
  tokenRoutes(app, parts.identity.tokens);
  keyRoutes(app, administration.keys);
  ownerRoutes(app, administration);
  auditRoutes(app, administration.audit);
  channelRoutes(app, gateway);
  providerRoutes(app, parts.providers);
  servedModelRoutes(app, gateway);
  nameRoutes(app, administration);
  requestRoutes(app, gateway);
  noticeRoutes(app, administration.notices);
  priceRoutes(app, gateway);
  usageReportRoutes(app, administration);
  budgetRoutes(app, administration);
  correctionRoutes(app, gateway);
  stateRoutes(app, administration.state);
  endUserRoutes(app, gateway);
  examinationRoutes(app, parts.examine);
  settingsRoutes(app, parts.settings);
}
