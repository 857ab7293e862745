import type { ReactNode } from "react";
import { CredentialField, CredentialsField } from "./credential-field.tsx";
import { useForm } from "./form.tsx";
import { ProviderSentence } from "./provider-sentence.tsx";
import type { SettingField } from "./form-fields.ts";
import { ValueField } from "./value-field.tsx";
import { useChannelWords } from "./words.ts";

/** A setting of the provider, given in the way that its schema asks for. */
export function SchemaField({ field }: { readonly field: SettingField }): ReactNode {
  const words = useChannelWords().panel;
  const { text, set, fault } = useForm();
  const { path, name, kind, several } = field;
  const label = labelOf(name, words.labels);
  const about = aboutOf(field.about);
  if (several) return <CredentialsField path={path} label={label} about={about} />;
  if (kind === "secret") return <CredentialField field={field} label={label} about={about} />;
  return (
    <ValueField
      field={field}
      label={label}
      about={about}
      text={text(path)}
      fault={fault(path)}
      onChange={(next) => set(path, next)}
    />
  );
}

/** The sentence about a setting or option; undefined where there is none. */
export function aboutOf(about: string | undefined): ReactNode {
  return about === undefined || about === "" ? undefined : <ProviderSentence text={about} />;
}

/** The name of a setting for people: in words that the console has, or as the file writes it. */
export function labelOf(name: string, labels: Readonly<Record<string, string>>): string {
  const known = labels[name];
  if (known !== undefined) return known;
  const spaced = name.replaceAll("_", " ").replaceAll(".", ": ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
