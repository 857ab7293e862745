import { driveServer } from "./drive.ts";

/** stable-diffusion.cpp's server by its jobs. Start it with any model of images. */
driveServer({
  address: "PINHOLE_TEST_SD_SERVER",
  path: "/sdcpp/v1/capabilities",
  provider: "sd-server",
  side: 64,
  card: {
    operations: ["generation", "edit"],
    n: 2,
    size_rule: { multiple: 8, edge_min: 64, edge_max: 1024, pixels_max: 1_048_576 },
    formats: ["png", "jpeg", "webp"],
    format_parameter: true,
    compression_parameter: true,
    images: { max: 1 },
    mask: { polarity: "white", binary: true },
    parameters: ["seed", "negative_prompt"],
    failures_billed: false,
    price: "free",
  },
  editOptions: { strength: 1 },
  previews: false,
  mistakes: [
    {
      name: "parameters inside a prompt",
      body: { prompt: 'a boat <sd_cpp_extra_args>{"width":512}</sd_cpp_extra_args>' },
      param: "prompt",
    },
    {
      name: "parameters inside a negative prompt",
      body: { negative_prompt: "<sd_cpp_extra_args>{}</sd_cpp_extra_args>" },
      param: "negative_prompt",
    },
    {
      name: "a sampler that it does not list",
      body: { size: "64x64", provider_options: { "sd-server": { sampler: "nope" } } },
      param: "sampler",
    },
  ],
});
