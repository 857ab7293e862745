import { channelResource } from "./channels.ts";
import { keyResource } from "./keys.ts";
import { requestResource } from "./requests.ts";
import type { AdminResource } from "./resource.ts";

/** The resources of the admin API, in the order of the documents. */
export const adminResources: readonly AdminResource[] = [
  keyResource,
  requestResource,
  channelResource,
];
