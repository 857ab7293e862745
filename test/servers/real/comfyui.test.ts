import { driveServer } from "./drive.ts";

/** ComfyUI with any checkpoint of Stable Diffusion 1.5's kind, started with --preview-method latent2rgb. */
driveServer({
  address: "PINHOLE_TEST_COMFYUI",
  path: "/system_stats",
  provider: "comfyui",
  side: 64,
  // Two at once, so that more are several calls.
  card: { n: 2 },
  editOptions: { denoise: 1 },
  previews: true,
  mistakes: [
    { name: "a tag that loads a network", body: { prompt: "a boat <lora:x:1>" }, param: "prompt" },
    {
      name: "a word that loads an embedding",
      body: { negative_prompt: "embedding:bad-hands" },
      param: "negative_prompt",
    },
    {
      name: "a sampler that it does not list",
      body: { size: "64x64", provider_options: { comfyui: { sampler: "nope" } } },
      param: "sampler",
    },
  ],
});
