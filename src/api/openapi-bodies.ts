import type { Operation } from "../core/request.ts";
import {
  imageFields,
  type ImageFieldName,
  pictureFieldDocs,
  variationFields,
} from "./image-fields.ts";
import { type JsonSchema, jsonSchemaOf, orNull } from "./json-schema.ts";

const fieldNames = Object.keys(imageFields) as ImageFieldName[]; // The keys of the table are its names.

/** Fields whose schema is a transform, said as what a client writes. */
const written: Partial<Readonly<Record<ImageFieldName, JsonSchema>>> = {
  size: { type: "string", pattern: "^(auto|[1-9][0-9]{0,4}x[1-9][0-9]{0,4})$" },
  prompt: { type: "string", minLength: 1 },
  output_format: { type: "string", enum: ["png", "jpeg", "jpg", "webp", "gif", "svg"] },
};

function fieldSchema(name: ImageFieldName): JsonSchema {
  const { schema, about } = imageFields[name];
  return { ...(written[name] ?? jsonSchemaOf(schema)), description: about };
}

const imageUrl: JsonSchema = {
  type: "string",
  format: "uri",
  description: "An https URL or a data URL of a PNG, JPEG or WebP.",
};
const imageObject: JsonSchema = {
  type: "object",
  properties: { image_url: imageUrl },
  required: ["image_url"],
};
const file: JsonSchema = { type: "string", format: "binary", contentMediaType: "image/png" };

function jsonBody(operation: "generation" | "edit"): JsonSchema {
  const fields = fieldNames.map((name) => {
    const schema = fieldSchema(name);
    return [name, name === "prompt" ? schema : orNull(schema)] as const;
  });
  const { image, images, mask, markup } = pictureFieldDocs;
  const list = { type: "array", items: imageObject, maxItems: 64, description: images.about };
  return {
    type: "object",
    required: ["prompt"],
    properties: {
      ...Object.fromEntries(fields),
      image: {
        description: image.about,
        anyOf: [imageUrl, { type: "array", items: imageUrl }, { type: "null" }],
      },
      ...(operation === "edit"
        ? {
            images: list,
            mask: { ...imageObject, description: mask.about },
            markup: { ...imageObject, description: markup.about },
          }
        : {}),
    },
    additionalProperties: true,
  };
}

function formBody(names: readonly ImageFieldName[], required: readonly string[]): JsonSchema {
  const { image, mask, markup } = pictureFieldDocs;
  const edit = names.includes("prompt");
  return {
    type: "object",
    required: [...required],
    properties: {
      image: { ...file, description: image.about },
      ...(edit
        ? {
            "image[]": { type: "array", items: file, description: "Several images, in order." },
            mask: { ...file, description: mask.about },
            markup: { ...file, description: markup.about },
          }
        : {}),
      ...Object.fromEntries(names.map((name) => [name, fieldSchema(name)])),
    },
  };
}

/** The bodies that an operation takes, by media type. */
export function imageBodies(
  operation: Operation,
): Readonly<Record<string, { schema: JsonSchema }>> {
  switch (operation) {
    case "generation":
      return { "application/json": { schema: jsonBody(operation) } };
    case "edit":
      return {
        "multipart/form-data": { schema: formBody(fieldNames, ["prompt", "image"]) },
        "application/json": { schema: jsonBody(operation) },
      };
    case "variation":
      return { "multipart/form-data": { schema: formBody(variationFields, ["image"]) } };
    default:
      return operation satisfies never;
  }
}
