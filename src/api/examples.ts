/** One way to call the gateway, for the API page. */
export interface Example {
  readonly id: string;
  readonly title: string;
  readonly code: string;
}

/** Examples that work as they stand. `origin`: the gateway's scheme and host; `model`: one that it serves. */
export function examples(origin: string, model: string): readonly Example[] {
  const base = `${origin}/v1`;
  return [
    { id: "curl", title: "curl", code: curl(base, model) },
    { id: "node", title: "Node", code: node(base, model) },
    { id: "python", title: "Python", code: python(base, model) },
    { id: "ai-sdk", title: "AI SDK", code: aiSdk(base, model) },
    { id: "langchain", title: "LangChain", code: langChain(base, model) },
  ];
}

const curl = (
  base: string,
  model: string,
): string => `# Make an image. The answer holds a signed URL.
curl ${base}/images/generations \\
  -H "Authorization: Bearer $PINHOLE_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "${model}", "prompt": "A fox in the snow", "size": "1024x1024", "response_format": "url"}'

# Change it. Only what the mask leaves transparent changes.
curl ${base}/images/edits \\
  -H "Authorization: Bearer $PINHOLE_KEY" \\
  -F model=${model} -F prompt="A red moon" -F response_format=url \\
  -F image=@fox.png -F mask=@mask.png`;

const node = (base: string, model: string): string => `import OpenAI, { toFile } from "openai";
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";

const client = new OpenAI({ baseURL: "${base}", apiKey: process.env.PINHOLE_KEY });

const made = await client.images.generate({
  model: "${model}",
  prompt: "A fox in the snow",
  response_format: "b64_json",
});
await writeFile("fox.png", Buffer.from(made.data[0].b64_json, "base64"));

const edited = await client.images.edit({
  model: "${model}",
  prompt: "A red moon",
  image: await toFile(createReadStream("fox.png"), "fox.png", { type: "image/png" }),
  response_format: "url",
});
console.log(edited.data[0].url);`;

const python = (base: string, model: string): string => `import base64, os
from openai import OpenAI

client = OpenAI(base_url="${base}", api_key=os.environ["PINHOLE_KEY"])

made = client.images.generate(
    model="${model}",
    prompt="A fox in the snow",
    response_format="b64_json",
    extra_body={"seed": 7},  # anything the SDK does not know
)
with open("fox.png", "wb") as file:
    file.write(base64.b64decode(made.data[0].b64_json))

with open("fox.png", "rb") as image:
    edited = client.images.edit(
        model="${model}", image=image, prompt="A red moon", response_format="url"
    )
print(edited.data[0].url)`;

const aiSdk = (
  base: string,
  model: string,
): string => `import { createOpenAI } from "@ai-sdk/openai";
import { generateImage } from "ai";
import { writeFile } from "node:fs/promises";

const pinhole = createOpenAI({ baseURL: "${base}", apiKey: process.env.PINHOLE_KEY });

const { image, warnings } = await generateImage({
  model: pinhole.image("${model}"),
  prompt: "A fox in the snow",
  size: "1024x1024",
});
await writeFile("fox.png", image.uint8Array);`;

const langChain = (
  base: string,
  model: string,
): string => `import { DallEAPIWrapper } from "@langchain/openai";

const draw = new DallEAPIWrapper({
  baseUrl: "${base}",
  apiKey: process.env.PINHOLE_KEY,
  model: "${model}",
  size: "1024x1024",
});

const url = await draw.invoke("A fox in the snow");`;
