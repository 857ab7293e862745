import { z } from "zod";
import { operate } from "./access.ts";
import type { AdminResource } from "./resource.ts";

const finding = z.object({
  name: z.string().describe("The part: `database`, `disk`, `channel openai-main`."),
  state: z
    .enum(["ok", "warning", "fault"])
    .describe(
      "`warning`: it works, and something is to be done; `fault`: requests fail, or soon will.",
    ),
  said: z.string().describe("What was found, and what to do where something is."),
});

export const examination = z.object({
  object: z.literal("examination"),
  state: z.enum(["ok", "warning", "fault"]).describe("The worst of all."),
  findings: z.array(finding),
});

/** The gateway's examination of itself and of what it stands on. */
export const examinationResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/doctor",
      about:
        "Looks at what the gateway stands on: database, disk, clock, secret, each channel's upstream by what is free to ask, the public URL and what stands in front. Nothing is bought; it takes half a minute at most.",
      access: operate,
      verb: null,
      answer: "Examination",
    },
  ],
  schemas: { Examination: examination },
};
