import type { ModelEntry } from "../api/client.ts";
import type { CliCommand } from "./command.ts";
import { defineRemoteOptions, withClient } from "./remote.ts";

/** `pinhole models`: what the key may use. */
export const modelsCommand: CliCommand = {
  name: "models",
  about: "list the models of a running gateway",
  define: defineRemoteOptions,
  run: (input, context) =>
    withClient(input, context, async (client) => {
      const models = await client.models();
      if (input.options["json"] === true) {
        context.out(`${JSON.stringify({ models })}\n`);
        return;
      }
      if (models.length === 0) {
        context.err("This key may use no model that the gateway serves.\n");
        return;
      }
      const rows = [["model", "operations", "sizes", "notes"], ...models.map(rowOf)];
      const widths = [0, 1, 2].map((column) =>
        Math.max(...rows.map((row) => row[column]?.length ?? 0)),
      );
      for (const row of rows) {
        const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
        context.out(`${cells.join("  ").trimEnd()}\n`);
      }
    }),
};

const sizesShown = 4;

function rowOf(model: ModelEntry): string[] {
  const { capabilities } = model;
  const notes = [
    ...(model.alias_of == null ? [] : [`alias of ${model.alias_of.join(", ")}`]),
    ...(capabilities?.mask === true ? ["mask"] : []),
    ...(model.retires_at == null ? [] : [`retires ${model.retires_at}`]),
    ...(model.successor == null ? [] : [`then ${model.successor}`]),
  ];
  return [
    model.id,
    capabilities?.operations?.join(", ") ?? "unknown",
    sizesOf(capabilities),
    notes.join("; "),
  ];
}

function sizesOf(capabilities: ModelEntry["capabilities"]): string {
  const edge = capabilities?.size_rule?.edge_max;
  if (edge != null) return `any up to ${edge}`;
  const named = capabilities?.sizes ?? capabilities?.aspect_ratios ?? [];
  const more = named.length > sizesShown ? ` and ${named.length - sizesShown} more` : "";
  return `${named.slice(0, sizesShown).join(", ")}${more}`;
}
