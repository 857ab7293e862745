import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { GenerateInput } from "../../core/provider.ts";
import type { Size } from "../../core/request.ts";
import { EncodedPicture, type WireJson, type WireRequest } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import type { JobRules } from "../../dialects/jobs.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";
import type { Options, PartnerName, Settings } from "./settings.ts";

export type Input = GenerateInput<Settings, Options>;

/** A partner as it is asked through the router: each keeps its own addresses and fields. */
export interface Partner {
  /** Fields besides the prompt, the size and the picture that it takes, by our names. */
  readonly takes: readonly string[];
  /** The request for a picture of the model with this name at the partner. */
  readonly request: (input: Input, model: string) => WireRequest;
  /** Rules for following its jobs; undefined where its pictures come at once. */
  readonly jobs?: (model: string) => JobRules;
  /** Places of pictures in its answer. */
  readonly at: readonly string[];
}

const all = ["seed", "negative_prompt", "num_inference_steps", "guidance_scale"];

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

/** The fields of the caller that the partner takes. Throws unsupported_parameter where there is another. */
export function furtherFields(
  { request, options: chosen }: Input,
  { takes }: Pick<Partner, "takes">,
): Record<string, string | number | undefined> {
  const { seed, negative_prompt } = moreSchema.parse(request.more);
  const fields = { seed, negative_prompt, ...chosen };
  const other = Object.entries(fields).find(
    ([name, value]) => value !== undefined && !takes.includes(name),
  );
  if (other === undefined) return fields;
  const param = Object.hasOwn(chosen, other[0])
    ? `provider_options.huggingface.${other[0]}`
    : other[0];
  throw new PinholeError("unsupported_parameter", {
    message: `\`${param}\` is not known to the partner that serves this model; leave it out.`,
    param,
  });
}

/** The size that is said: an edit without one has that of its picture. */
function sizeOf(input: Input): Size | undefined {
  const usual = input.request.images.length > 0 ? undefined : { width: 1024, height: 1024 };
  return sizeToSend(input) ?? usual;
}

function sizeWord(input: Input, between: string): string | undefined {
  const size = sizeOf(input);
  return size === undefined ? undefined : `${size.width}${between}${size.height}`;
}

function pictureOf({ request }: Input, as: EncodedPicture["as"]): EncodedPicture | undefined {
  const [image] = request.images;
  return image === undefined ? undefined : new EncodedPicture(image, as);
}

/** Reader of failed jobs, which say why in a sentence alone. */
const failedJob = faultReader({
  codeAt: ["status", "data.status", "task_status"],
  messageAt: ["error", "data.error", "message"],
  sentences: {
    moderation_blocked: [
      /\b(nsfw|e005|sensitive|moderat(ed|ion)|content polic(y|ies)|safety (system|checker|filter))\b/i,
    ],
  },
});

const hfInference: Partner = {
  takes: all,
  at: ["data.*.b64_json", "output.*"],
  request(input, model) {
    const { request } = input;
    const picture = pictureOf(input, "base64");
    const size = sizeOf(input);
    const further = furtherFields(input, hfInference);
    return {
      url: `/hf-inference/models/${model}`,
      json:
        picture === undefined
          ? { inputs: request.prompt, parameters: { ...further, ...size } }
          : {
              inputs: picture,
              parameters: {
                prompt: request.prompt,
                target_size: size === undefined ? undefined : { ...size },
                ...further,
              },
            },
    };
  },
};

const queue = { _subdomain: "queue" };

const falAi: Partner = {
  takes: all,
  at: ["images.*.url"],
  request(input, model) {
    const picture = pictureOf(input, "data_url");
    const size = sizeOf(input);
    return {
      url: `/fal-ai/${model}`,
      query: queue,
      json: {
        prompt: input.request.prompt,
        num_images: input.request.n,
        image_size: size === undefined ? undefined : { ...size },
        ...furtherFields(input, falAi),
        // Some endpoints take one picture, others a list of them.
        ...(picture === undefined ? {} : { image_url: picture, image_urls: [picture] }),
      },
    };
  },
  jobs(model) {
    // Requests of an application's inner endpoints are asked for at the application.
    const app = model.split("/").slice(0, 2).join("/");
    const of = (id: string): string => `/fal-ai/${app}/requests/${id}`;
    return {
      idAt: ["request_id"],
      byId: (id) => ({ url: `${of(id)}/status`, query: queue }),
      statusAt: ["status"],
      done: ["COMPLETED"],
      failed: ["FAILED", "ERROR", "CANCELLED"],
      failure: failedJob.refused,
      resultById: (id) => ({ url: of(id), query: queue }),
      lift: ["images.*.url"],
    };
  },
};

const replicate: Partner = {
  takes: all,
  at: ["output", "output.*"],
  request(input, model) {
    const [, version] = model.split(":");
    const picture = pictureOf(input, "data_url");
    const fields: Record<string, WireJson> = {
      prompt: input.request.prompt,
      ...sizeOf(input),
      ...furtherFields(input, replicate),
    };
    // Each model has another of these fields, and ignores the rest.
    if (picture !== undefined) {
      Object.assign(fields, { image: picture, images: [picture] });
      Object.assign(fields, { input_image: picture, input_images: [picture] });
    }
    return {
      url:
        version === undefined
          ? `/replicate/v1/models/${model}/predictions`
          : "/replicate/v1/predictions",
      headers: { prefer: "wait" },
      json: { version, input: fields },
    };
  },
  jobs: () => ({
    idAt: ["id"],
    byId: (id) => ({ url: `/replicate/v1/predictions/${id}` }),
    statusAt: ["status"],
    done: ["succeeded"],
    failed: ["failed", "canceled"],
    failure: failedJob.refused,
  }),
};

const together: Partner = {
  takes: all,
  at: ["data.*.b64_json", "data.*.url"],
  request(input, model) {
    const { num_inference_steps: steps, ...further } = furtherFields(input, together);
    const picture = pictureOf(input, "data_url");
    const isKontext = /flux\.1.*kontext/i.test(model);
    const image = isKontext ? { image_url: picture } : { reference_images: [picture] };
    return {
      url: "/together/v1/images/generations",
      json: {
        model,
        n: input.request.n,
        prompt: input.request.prompt,
        response_format: "base64",
        ...sizeOf(input),
        ...further,
        steps,
        ...(picture === undefined ? {} : image),
      },
    };
  },
};

/** A partner that speaks OpenAI's form, and takes no pictures. */
const likeOpenAi = (url: string): Partner => ({
  takes: [],
  at: ["data.*.b64_json", "data.*.url"],
  request(input, model) {
    furtherFields(input, { takes: [] });
    const { prompt, n } = input.request;
    const size = sizeWord(input, "x");
    return { url, json: { response_format: "b64_json", model, prompt, n, size } };
  },
});

const wavespeed: Partner = {
  takes: all,
  at: ["data.outputs.*"],
  request(input, model) {
    const picture = pictureOf(input, "base64");
    return {
      url: `/wavespeed/api/v3/${model}`,
      json: {
        prompt: input.request.prompt,
        size: sizeWord(input, "*"),
        ...furtherFields(input, wavespeed),
        ...(picture === undefined ? {} : { image: picture, images: [picture] }),
      },
    };
  },
  jobs: () => ({
    idAt: ["data.id"],
    byId: (id) => ({ url: `/wavespeed/api/v3/predictions/${id}/result` }),
    statusAt: ["data.status"],
    done: ["completed"],
    failed: ["failed"],
    failure: failedJob.refused,
  }),
};

const fromHub = { "x-source-channel": "hugging_face", "accept-language": "en-US,en" };

const zaiOrg: Partner = {
  takes: [],
  at: ["image_result.*.url"],
  request(input, model) {
    furtherFields(input, zaiOrg);
    return {
      url: "/zai-org/api/paas/v4/async/images/generations",
      headers: fromHub,
      json: {
        model,
        prompt: input.request.prompt,
        size: sizeWord(input, "x"),
        watermark_enabled: input.request.watermark ?? input.settings.watermark,
      },
    };
  },
  jobs: () => ({
    idAt: ["id"],
    byId: (id) => ({ url: `/zai-org/api/paas/v4/async-result/${id}`, headers: fromHub }),
    statusAt: ["task_status"],
    done: ["SUCCESS"],
    failed: ["FAIL"],
    failure: failedJob.refused,
    pace: { firstMs: 1000, maxMs: 5000 },
  }),
};

/** The partners, as @huggingface/inference 4.13.30 asks them (read 2026-11-26). */
export const partners: Readonly<Record<PartnerName, Partner>> = {
  "hf-inference": hfInference,
  "fal-ai": falAi,
  replicate,
  together,
  nscale: likeOpenAi("/nscale/v1/images/generations"),
  deepinfra: likeOpenAi("/deepinfra/v1/openai/images/generations"),
  wavespeed,
  "zai-org": zaiOrg,
};
