import { z } from "zod";
import { operate } from "./access.ts";
import type { AdminResource } from "./resource.ts";

const setting = z.looseObject({
  setting: z.string(),
  value: z
    .string()
    .nullable()
    .describe("As it was written, or what stands by itself; null: not set. Never a credential."),
  place: z.string().nullable().describe("The line of the file, or the variable; null: neither."),
});

/** The settings that a gateway runs with. They are changed in the file and the environment. */
export const settingsResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/settings",
      about:
        "The settings that this gateway runs with, each with the line of the file or the variable that it comes from, and the gateway's version. Credentials are not shown.",
      access: operate,
      verb: null,
      answer: "Settings",
    },
  ],
  schemas: {
    Settings: z.looseObject({
      object: z.literal("settings"),
      version: z.string(),
      file: z.string().nullable(),
      settings: z.array(setting),
    }),
  },
};
