import { driveServer } from "./drive.ts";

const provider = process.env["PINHOLE_TEST_SDAPI_PROVIDER"] ?? "automatic1111";

/** A web UI of Stable Diffusion, or another server of its API: PINHOLE_TEST_SDAPI_PROVIDER may say forge or sdnext. */
driveServer({
  address: "PINHOLE_TEST_SDAPI",
  path: "/sdapi/v1/sd-models",
  provider,
  settings: { steps: 4 },
  side: 64,
  card: {
    operations: ["generation", "edit"],
    n: 2,
    size_rule: { multiple: 8, edge_min: 64, edge_max: 1024, pixels_max: 1_048_576 },
    formats: ["png"],
    images: { max: 1 },
    mask: { polarity: "white", binary: true },
    parameters: ["seed", "negative_prompt"],
    streaming: true,
    failures_billed: false,
    price: "free",
  },
  editOptions: { denoising_strength: 1, mask_blur: 0 },
  previews: process.env["PINHOLE_TEST_SDAPI_PREVIEWS"] !== "none",
  mistakes: [
    {
      name: "parameters inside a prompt",
      body: { prompt: 'a boat <sd_cpp_extra_args>{"width":512}</sd_cpp_extra_args>' },
      param: "prompt",
    },
    {
      name: "a network inside a prompt",
      body: { prompt: "a boat <lora:somebody:1>" },
      param: "prompt",
    },
  ],
});
