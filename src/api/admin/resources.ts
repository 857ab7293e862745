import { aliasResource, policyResource } from "./names.ts";
import { auditResource } from "./audit.ts";
import { budgetResource } from "./budgets.ts";
import { channelResource } from "./channels.ts";
import { correctionResource } from "./corrections.ts";
import { endUserResource } from "./end-users.ts";
import { examinationResource } from "./examination.ts";
import { keyResource } from "./keys.ts";
import { modelResource } from "./models.ts";
import { ownerResource } from "./owners.ts";
import { peopleResource } from "./people.ts";
import { noticeResource } from "./notices.ts";
import { passkeyResource } from "./passkeys.ts";
import { moneyResource, priceResource, servedPriceResource } from "./prices.ts";
import { providerResource } from "./providers.ts";
import { requestResource } from "./requests.ts";
import type { AdminResource } from "./resource.ts";
import { sessionResource } from "./sessions.ts";
import { usageResource } from "./usage.ts";
import { settingsResource } from "./settings.ts";
import { signInResource } from "./sign-in.ts";
import { stateResource } from "./state.ts";
import { tokenResource } from "./tokens.ts";

/** The resources of the admin API, in the order of the documents. */
export const adminResources: readonly AdminResource[] = [
  keyResource,
  ownerResource,
  requestResource,
  channelResource,
  providerResource,
  modelResource,
  aliasResource,
  policyResource,
  priceResource,
  moneyResource,
  sessionResource,
  signInResource,
  passkeyResource,
  peopleResource,
  noticeResource,
  usageResource,
  budgetResource,
  tokenResource,
  correctionResource,
  auditResource,
  endUserResource,
  servedPriceResource,
  stateResource,
  examinationResource,
  settingsResource,
];
