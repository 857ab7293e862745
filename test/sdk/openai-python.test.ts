import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startTestGateway } from "../support/gateway.ts";
import { leftHalfMask, samplePng } from "../support/pictures.ts";
import { requireForTest, testLiteLlmPython, testPython } from "../support/require.ts";

const majors = [
  ["of today", "A Python with the openai package (PINHOLE_TEST_PYTHON)", testPython()],
  [
    "of the major before",
    "A Python with LiteLLM, which has that one (PINHOLE_TEST_LITELLM)",
    testLiteLlmPython(),
  ],
] as const;

test.for(majors)(
  "the official Python SDK %s generates, edits, varies, lists and raises its own error classes",
  async ([, what, found], context) => {
    const python = requireForTest(context, what, found);
    const gateway = await startTestGateway();
    try {
      const [image, mask] = [join(gateway.folder, "in.png"), join(gateway.folder, "mask.png")];
      await writeFile(image, await samplePng(96, 64));
      await writeFile(mask, await leftHalfMask(96, 64));
      const square = join(gateway.folder, "square.png");
      await writeFile(square, await samplePng(64, 64));
      const script = join(import.meta.dirname, "python-sdk.py");
      const { stdout } = await promisify(execFile)(python, [
        script,
        gateway.url,
        gateway.key,
        image,
        mask,
        square,
      ]);
      const found = JSON.parse(stdout) as Record<string, unknown>;
      expect(found).toMatchObject({
        generate: [
          [256, 128],
          [256, 128],
        ],
        jpeg: "ffd8ff",
        edit_mask: [[96, 64]],
        edit_one: [[96, 64]],
        edit_many: [[96, 64]],
        variation: [
          [256, 256],
          [256, 256],
        ],
        stream: [
          ["image_generation.partial_image", [256, 128]],
          ["image_generation.partial_image", [256, 128]],
          ["image_generation.completed", [256, 128]],
        ],
        stream_edit: [
          ["image_edit.partial_image", [96, 64]],
          ["image_edit.completed", [96, 64]],
        ],
        stream_error: ["image_generation.partial_image", ["APIError", "upstream_failed"]],
        model: "sandbox-fast",
        errors: {
          key: ["AuthenticationError", 401, "invalid_api_key", null],
          n: ["BadRequestError", 400, "invalid_value", "n"],
          model: ["NotFoundError", 404, "model_not_found", "model"],
          moderated: ["BadRequestError", 400, "moderation_blocked", "prompt"],
          rate: ["RateLimitError", 429, "rate_limit_exceeded", null],
          image: ["BadRequestError", 400, "invalid_image", "image"],
        },
      });
      expect(found.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/i\/[0-9a-f]+\.png\?/);
      expect(found.models).toContain("sandbox");
    } finally {
      await gateway.close();
    }
  },
);
