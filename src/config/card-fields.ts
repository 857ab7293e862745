import { fieldOfPart, isPromised } from "../core/card-fields.ts";
import { cardParameters } from "../core/model-card.ts";
import type { BaseSettings, Provider } from "../core/provider.ts";
import type { Path } from "./faults.ts";
import type { Reading } from "./issues.ts";
import { didYouMean } from "./suggest.ts";

/**
 * Adds a fault for each field that a card in the file promises and that would never reach the upstream:
 * one that this API does not know, or that the provider's adapter has no way to send.
 */
export function faultUnsentFields(
  given: Readonly<Record<string, unknown>>,
  provider: Provider,
  about: { readonly settings: BaseSettings; readonly model: string },
  { faults, at }: Reading,
): void {
  const check = (field: string, place: Path): void => {
    if (provider.sends === undefined || provider.sends(field, about)) return;
    faults.add(place, `${provider.name} has no way to send \`${field}\`; remove it from the card`);
  };
  const parameters: readonly unknown[] = Array.isArray(given["parameters"])
    ? given["parameters"]
    : [];
  for (const [index, name] of parameters.entries()) {
    const place = [...at, "card", "parameters", index];
    if (typeof name !== "string") continue;
    if (cardParameters.some((known) => known === name)) check(name, place);
    else faults.add(place, unknownParameter(name));
  }
  for (const [part, field] of Object.entries(fieldOfPart)) {
    const value = given[part];
    if (isPromised(value)) check(field, [...at, "card", part]);
  }
}

function unknownParameter(name: string): string {
  const hint = didYouMean(name, cardParameters);
  return `\`${name}\` is no parameter of this API${hint}${hint === "" ? ";" : ""} there are ${cardParameters.join(", ")}`;
}
