import type { ReactNode } from "react";
import { Field } from "../ui/field.tsx";
import { Select } from "../ui/select.tsx";
import { Below } from "./below.tsx";
import { CredentialField, CredentialsField } from "./credential-field.tsx";
import { useForm } from "./form.tsx";
import { ProviderSentence } from "./provider-sentence.tsx";
import type { SettingField } from "./form-fields.ts";
import { useChannelWords } from "./words.ts";

/** A setting of the provider, given in the way that its schema asks for. */
export function SchemaField({ field }: { readonly field: SettingField }): ReactNode {
  const words = useChannelWords().panel;
  const { text, set, fault } = useForm();
  const { path, name, kind, isRequired, usual, choices, several } = field;
  const label = labelOf(name, words.labels);
  const about = aboutOf(field.about);
  if (several) return <CredentialsField path={path} label={label} about={about} />;
  if (kind === "secret") return <CredentialField field={field} label={label} about={about} />;
  if (kind === "choice" || kind === "flag") {
    const options =
      kind === "choice"
        ? choices.map((id) => ({ id, text: id }))
        : [
            { id: "true", text: words.yes },
            { id: "false", text: words.no },
          ];
    const usualText = options.find(({ id }) => id === usual)?.text;
    return (
      <Below hint={about} error={fault(path)}>
        <Select
          label={label}
          value={text(path)}
          options={[...(isRequired ? [] : [{ id: "", text: words.notSet(usualText) }]), ...options]}
          onChange={(next) => set(path, next)}
        />
      </Below>
    );
  }
  const form = kind === "list" ? words.onePerLine : kind === "json" ? words.json : undefined;
  const isLong = (kind === "json" || kind === "list") && (usual?.length ?? 0) > 60;
  const fallback = usual === undefined || isLong ? undefined : usual.replaceAll("\n", ", ");
  return (
    <Field
      label={label}
      hint={
        about === undefined && form === undefined ? undefined : (
          <>
            {about} {form}
          </>
        )
      }
      value={text(path)}
      onChange={(next) => set(path, next)}
      error={fault(path)}
      placeholder={fallback}
      isRequired={isRequired && text(path) === ""}
      autoComplete="off"
      spellCheck="false"
      {...(kind === "number" ? { inputMode: "decimal" as const } : {})}
      {...(kind === "list" || kind === "json" ? { rows: rowsOf(text(path)) } : {})}
    />
  );
}

const rowsOf = (text: string): number => Math.min(12, Math.max(2, text.split("\n").length));

/** The sentence about a setting; undefined where there is none. */
function aboutOf(about: string | undefined): ReactNode {
  return about === undefined || about === "" ? undefined : <ProviderSentence text={about} />;
}

/** The name of a setting for people: in words that the console has, or as the file writes it. */
export function labelOf(name: string, labels: Readonly<Record<string, string>>): string {
  const known = labels[name];
  if (known !== undefined) return known;
  const spaced = name.replaceAll("_", " ").replaceAll(".", ": ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
