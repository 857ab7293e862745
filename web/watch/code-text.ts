/** A request that is written as code: its fields as `/v1` takes them, and the pictures that it brings along. */
interface AskedCode {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly images: number;
  readonly hasMask: boolean;
}

/** The ways to write a request as code. The key stands in the environment, never in the text. */
export const codes: Readonly<Record<string, (asked: AskedCode) => string>> = {
  curl: asCurl,
  Node: asNode,
  Python: asPython,
};

function asCurl({ fields, images, hasMask }: AskedCode): string {
  const url = `${location.origin}/v1/images/${images > 0 ? "edits" : "generations"}`;
  const lines = [`curl ${url}`, `-H "Authorization: Bearer $PINHOLE_KEY"`];
  if (images === 0)
    lines.push(`-H "Content-Type: application/json"`, `-d ${quoted(JSON.stringify(fields))}`);
  else {
    // In other fields of a form a value that begins with @ or < would name a file.
    for (const [name, value] of Object.entries(fields))
      lines.push(`--form-string ${quoted(`${name}=${textOf(value)}`)}`);
    for (let at = 1; at <= images; at += 1) lines.push(`-F "image[]=@picture-${at}.png"`);
    if (hasMask) lines.push(`-F "mask=@mask.png"`);
  }
  return lines.join(" \\\n  ");
}

/** A word of a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function asNode({ fields, images, hasMask }: AskedCode): string {
  const method = images > 0 ? "edit" : "generate";
  const files = picturesIn(images, (at) => `fs.createReadStream("picture-${at}.png")`);
  const inputs = [
    ...(images === 0 ? [] : [`  image: [${files}],`]),
    ...(hasMask ? [`  mask: fs.createReadStream("mask.png"),`] : []),
  ];
  return `${images > 0 ? 'import fs from "node:fs";\n' : ""}import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${location.origin}/v1", apiKey: process.env.PINHOLE_KEY });
const answer = await client.images.${method}({
${[...Object.entries(fields).map(([name, value]) => `  ${nameInCode(name)}: ${JSON.stringify(value)},`), ...inputs].join("\n")}
});
console.log(answer.data[0].url ?? answer.data[0].b64_json.length);
`;
}

function nameInCode(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** Fields that the Python SDK has parameters for; all others go into \`extra_body\`. */
const pythonFields: ReadonlySet<string> = new Set([
  "model",
  "prompt",
  "n",
  "size",
  "quality",
  "style",
  "background",
  "response_format",
  "output_format",
  "output_compression",
  "moderation",
  "user",
]);

function asPython({ fields, images, hasMask }: AskedCode): string {
  const all = Object.entries(fields);
  const known = all.filter(([name]) => pythonFields.has(name));
  const extra = Object.fromEntries(all.filter(([name]) => !pythonFields.has(name)));
  const lines = [
    ...known.map(([name, value]) => `    ${name}=${pythonValue(value)},`),
    ...(images === 0
      ? []
      : [`    image=[${picturesIn(images, (at) => `open("picture-${at}.png", "rb")`)}],`]),
    ...(hasMask ? [`    mask=open("mask.png", "rb"),`] : []),
    ...(Object.keys(extra).length === 0 ? [] : [`    extra_body=${pythonValue(extra)},`]),
  ];
  return `import os
from openai import OpenAI

client = OpenAI(base_url="${location.origin}/v1", api_key=os.environ["PINHOLE_KEY"])
answer = client.images.${images > 0 ? "edit" : "generate"}(
${lines.join("\n")}
)
print(answer.data[0].url or len(answer.data[0].b64_json))
`;
}

function picturesIn(count: number, one: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => one(at + 1)).join(", ");
}

function pythonValue(value: unknown): string {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null) return "None";
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([name, inner]) => `${JSON.stringify(name)}: ${pythonValue(inner)}`)
      .join(", ")}}`;
  return JSON.stringify(value);
}
