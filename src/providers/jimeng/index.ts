import { z } from "zod";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import type { WireRequest } from "../../core/wire.ts";
import { cardFamily } from "../../dialects/card-family.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { type JobRules, runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { hostedService, watermarkOf } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";
import { authorize, settings } from "./settings.ts";

const options = z.strictObject({
  prompt_rewriting: z.boolean().optional().describe("Rewrites the prompt."),
  scale: z.number().min(1).max(10).optional().describe("How closely the prompt is followed."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const moderation = ["50411", "50412", "50413", "50511", "50512", "50513"];
const access = ["50400"];
const failures = ["50500", "50501"];

/** The service says a code, 10000 where all is well; what stands before it says its errors in `ResponseMetadata`. */
const faults = faultReader({
  codeAt: ["ResponseMetadata.Error.Code", "code"],
  messageAt: ["ResponseMetadata.Error.Message", "message"],
  fine: ["10000"],
  codes: {
    moderation_blocked: moderation,
    upstream_credentials: [
      ...access,
      "AccessDenied*",
      "InvalidAccessKey*",
      "InvalidCredential*",
      "SignatureDoesNotMatch",
      "InvalidAuthorization*",
      "MissingAuthenticationToken",
    ],
    upstream_rate_limited: ["50429", "50430", "FlowLimitExceeded", "RequestLimitExceeded*"],
    upstream_failed: [...failures, "Internal*"],
    invalid_value: ["50200", "50207", "50215", "InvalidParameter*", "MissingParameter*"],
  },
});

/** Words of a task that is lost, which may have been billed. */
const lost = ["not_found", "expired"];

const cards = cardFamily(
  {
    owned_by: "bytedance",
    size_rule: { edge_min: 512, edge_max: 2048, pixels_max: 4_194_304, aspect_max: 3 },
    formats: ["png", "jpeg"],
    parameters: ["seed", "watermark"],
  },
  [
    { name: "jimeng_t2i_v31", size_default: "1328x1328" },
    { name: "jimeng_t2i_v30", size_default: "1328x1328" },
  ],
);

const moreSchema = z.object({ seed: z.int().optional() });

/** A call, which the query says the kind of. */
const action = (name: string, json: NonNullable<WireRequest["json"]>): WireRequest => ({
  url: "/",
  query: { Action: name, Version: "2022-08-31" },
  json,
});

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model, settings: given, options: chosen } = input;
  const size = sizeToSend(input) ?? { width: 1328, height: 1328 };
  const form = { return_url: false, logo_info: { add_logo: watermarkOf(request, given) } };
  const rules: JobRules = {
    idAt: ["data.task_id"],
    byId: (id) =>
      action("CVSync2AsyncGetResult", {
        req_key: model,
        task_id: id,
        // The form of the result is asked for again, as text.
        req_json: JSON.stringify(form),
      }),
    statusAt: ["data.status", "ResponseMetadata.Error.Code", "code"],
    done: ["done"],
    failed: [...lost, ...moderation, ...access, ...failures],
    failure: faults.refused,
    lift: ["data.binary_data_base64.*"],
    pace: { firstMs: 1500, maxMs: 5000 },
  };
  const { result } = yield* runJob(input, rules, {
    ...action("CVSync2AsyncSubmitTask", {
      req_key: model,
      prompt: request.prompt,
      width: size.width,
      height: size.height,
      seed: moreSchema.parse(request.more).seed ?? -1,
      use_pre_llm: chosen.prompt_rewriting ?? given.prompt_rewriting,
      scale: chosen.scale,
      ...form,
    }),
    refused: faults.refused,
  });
  yield* madePictures(input.http, result, {
    at: ["data.binary_data_base64.*", "data.image_urls.*"],
  });
}

export default defineProvider({
  ...hostedService,
  id: "jimeng",
  name: "Jimeng",
  docs: "https://www.volcengine.com/docs/85621",
  facts: { documentation: "2026-11-26" },
  about:
    "Jimeng's text-to-image models 3.0 and 3.1 by Volcengine's visual API, each call signed with an access key. Its newer models are those of `ark`, which has references and edits. A watermark is off unless a client or `settings.watermark` asks for it.",
  settings,
  options,
  models: cards,
  example: {
    settings: '{ access_key: "${VOLC_ACCESSKEY}", secret_key: "${VOLC_SECRETKEY}" }',
    models: "[jimeng_t2i_v31]",
  },
  authorize,
  generate,
  readError: faults.readError,
});
