import { z } from "zod";
import { listOf } from "../answers.ts";
import { watch } from "./access.ts";
import type { AdminResource } from "./resource.ts";

const named = z.strictObject({
  id: z.string().describe("The word for it in a channel's `provider`."),
  name: z.string(),
});

const provider = z.strictObject({
  ...named.shape,
  about: z.string(),
  docs: z.string().describe("The upstream's documentation."),
  open_ended: z.boolean().describe("Channels may name models that are not listed here."),
  has_free_check: z
    .boolean()
    .describe("A channel can be tested without a picture, where its settings allow it."),
  settings: z
    .looseObject({})
    .describe("JSON Schema of a channel's `settings`; `secret` marks what is a credential."),
  models: z.array(
    z.strictObject({
      name: z.string(),
      operations: z.array(z.string()),
      retires_at: z.string().nullable(),
    }),
  ),
});

/** Kinds of upstreams, for forms in which channels are made. */
export const providerResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/providers",
      access: watch,
      verb: null,
      about: "The providers that channels can be made of, by name.",
      answer: "ProviderList",
    },
    {
      method: "GET",
      path: "/admin/v1/providers/:id",
      access: watch,
      verb: null,
      about: "One provider: the settings that its channels take, and the models that it knows.",
      answer: "Provider",
    },
  ],
  schemas: { ProviderList: listOf(named), Provider: provider },
};
