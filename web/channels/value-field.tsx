import type { ReactNode } from "react";
import { Field } from "../ui/field.tsx";
import { Select } from "../ui/select.tsx";
import type { FormField } from "./schema-fields.ts";
import { useChannelWords } from "./words.ts";

/** A value that is no credential, typed or chosen in the way that its schema asks for. */
export function ValueField({
  field: { kind, isRequired, usual, choices },
  label,
  about,
  text,
  fault,
  unset,
  onChange,
}: {
  readonly field: FormField;
  readonly label: string;
  readonly about: ReactNode;
  /** The value as it is typed; empty: not set. */
  readonly text: string;
  readonly fault: string | undefined;
  /** The words of a choice that is not made, beside the value that counts then; absent: "Not set". */
  readonly unset?: (usual: string | undefined) => string;
  readonly onChange: (text: string) => void;
}): ReactNode {
  const words = useChannelWords().panel;
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
      <Select
        label={label}
        value={text}
        options={[
          ...(isRequired ? [] : [{ id: "", text: (unset ?? words.notSet)(usualText) }]),
          ...options,
        ]}
        hint={about}
        error={fault}
        onChange={onChange}
      />
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
      value={text}
      onChange={onChange}
      error={fault}
      placeholder={fallback}
      isRequired={isRequired && text === ""}
      autoComplete="off"
      spellCheck="false"
      {...(kind === "number" ? { inputMode: "decimal" as const } : {})}
      {...(kind === "list" || kind === "json" ? { rows: rowsOf(text) } : {})}
    />
  );
}

const rowsOf = (text: string): number => Math.min(12, Math.max(2, text.split("\n").length));
