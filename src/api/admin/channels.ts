import { watch } from "./access.ts";
import type { AdminResource } from "./resource.ts";

/** Channels, as the admin API shows them. */
export const channelResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/health/channels",
      access: watch,
      about:
        "The health of each channel and of each of its credentials: state, why, since, next probe, what is in flight.",
    },
    {
      method: "GET",
      path: "/admin/v1/channels",
      access: watch,
      about: "The channels that are served, without their credentials.",
    },
  ],
  schemas: {},
};
