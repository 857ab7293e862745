import { z } from "zod";

const mark = (about: string) =>
  z.number().optional().describe(`${about}, in milliseconds after \`received_at\`.`);

const passedOver = z.looseObject({
  channel: z.string(),
  model: z.string().describe("Its name at the upstream."),
  reason: z
    .enum(["unfit", "cooling", "full", "budget"])
    .describe(
      "`unfit`: it cannot do what was asked (`code`, `param` and `message` say what). `cooling`: it had failed (`wait_ms` until it is tried again). `full`: it had no room. `budget`: its budgets did not cover the request.",
    ),
  code: z.string().optional(),
  param: z.string().optional(),
  message: z.string().optional(),
  wait_ms: z.number().optional(),
});

const attemptTrace = z.looseObject({
  call: z.int().describe("As in `attempts`."),
  attempt: z.int(),
  credential: z.int().optional().describe("The place of the credential, from 0, among several."),
  seed: z
    .string()
    .optional()
    .describe("The seed that was sent: the client's, or the one that the gateway drew."),
  begun_ms: mark("The attempt began"),
  sent_ms: mark("The first byte was sent"),
  first_byte_ms: mark("The head of the answer came"),
  made_ms: mark("The last picture was there"),
  fetched_ms: mark("The last picture was downloaded from its link"),
  ended_ms: mark("The attempt ended"),
  passed_over: z
    .array(passedOver)
    .optional()
    .describe("Targets that would have come first. Not all where they are many."),
  upstream: z
    .array(z.looseObject({ method: z.string(), path: z.string(), fields: z.unknown() }))
    .optional()
    .describe(
      "The fields as they were sent: secrets masked, pictures by their format and size. Gone where prompts are forgotten.",
    ),
});

/** The moments of a request, as the admin API shows them to who may see all. */
export const requestTrace = z
  .looseObject({
    received_at: z.iso.datetime().describe("Its first byte was here."),
    fitted_ms: mark("It was known what can serve it"),
    chosen_ms: mark("Its first target was chosen"),
    recorded_ms: mark("Its record was on the disk"),
    stored_ms: mark("All its pictures were as they are delivered"),
    delivered_ms: mark("The answer was handed to the connection"),
    unfit: z.array(passedOver).optional().describe("Targets that serve the model and not this."),
    attempts: z.array(attemptTrace),
  })
  .describe(
    "When what happened; null for a request that still runs or was lost. A key holder sees neither channels nor what was sent.",
  );
