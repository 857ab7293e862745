import { z } from "zod";
import type { GenerateInput } from "../../core/provider.ts";
import { EncodedPicture, type WireRequest } from "../../core/wire.ts";
import { watermarkOf } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";
import type { Options, Settings } from "./settings.ts";

type Input = GenerateInput<Settings, Options>;

/** The call that makes the pictures: of the newer API for H3, of the older one for image-01. */
export function callOf(input: Input): WireRequest {
  return input.model.startsWith("image-01") ? older(input) : newer(input);
}

function newer(input: Input): WireRequest {
  const { request, model, settings } = input;
  const size = sizeToSend(input);
  const field = settings.image_link_field;
  return {
    url: request.images.length === 0 ? "/v1/images/generations" : "/v1/images/edits",
    json: {
      model,
      prompt: request.prompt,
      n: request.n,
      // Without a size the vendor makes 4K, its dearest.
      size: size === undefined ? "1024x1024" : `${size.width}x${size.height}`,
      output_format: request.output_format ?? "png",
      output_compression: request.output_compression,
      response_format: "b64_json",
      images:
        request.images.length === 0
          ? undefined
          : request.images.map((image) => ({ [field]: new EncodedPicture(image, "data_url") })),
    },
  };
}

function older(input: Input): WireRequest {
  const { request, model, card, settings, options: chosen } = input;
  const size = sizeToSend(input);
  const { seed } = z.object({ seed: z.int().optional() }).parse(request.more);
  const isByRatio = card?.ratios !== undefined;
  return {
    url: "/v1/image_generation",
    json: {
      model,
      prompt: request.prompt,
      n: request.n,
      aspect_ratio: isByRatio ? (request.ratio ?? "1:1") : undefined,
      width: isByRatio ? undefined : (size?.width ?? 1024),
      height: isByRatio ? undefined : (size?.height ?? 1024),
      response_format: "base64",
      seed,
      prompt_optimizer: chosen.prompt_optimizer ?? false,
      aigc_watermark: watermarkOf(request, settings),
    },
  };
}
