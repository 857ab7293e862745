import { driveServer } from "./drive.ts";

async function document(answer: Response): Promise<Record<string, unknown>> {
  // The server's own documents; what is used of them is compared.
  return (await answer.json()) as Record<string, unknown>;
}

/** Gives the server a job of a test's own. */
async function submit(url: string, body: object): Promise<{ readonly id: string }> {
  const given = await fetch(`${url}/sdcpp/v1/img_gen`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { id: String((await document(given)).id) };
}

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
  queue: {
    async occupy(url) {
      await submit(url, { prompt: "a boat", width: 256, height: 256, batch_count: 8 });
    },
    async waiting(url) {
      const { id } = await submit(url, { prompt: "a boat", width: 64, height: 64 });
      const job = `${url}/sdcpp/v1/jobs/${id}`;
      const { queue_position: place } = await document(await fetch(job));
      await fetch(`${job}/cancel`, { method: "POST" });
      // The one that asked is itself the last of those that wait.
      return Number(place) - 1;
    },
  },
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
