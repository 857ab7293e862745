import type { ReactNode } from "react";
import {
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
  TextField,
  type TextFieldProps,
} from "react-aria-components";
import { useWords } from "../language/language.tsx";
import { classNames } from "./class-names.ts";
import { Icon } from "./icon.tsx";
import { Sentence } from "./sentence.tsx";

/** The looks of whatever is typed into. */
export const inputLooks =
  "w-full rounded-control border border-edge bg-raised px-3 py-1.5 min-h-9 pointer-coarse:min-h-11 " +
  "text-ink placeholder:text-soft data-[invalid]:border-bad disabled:bg-sunk";

export interface FieldProps extends Omit<TextFieldProps, "className" | "children"> {
  readonly label: string;
  readonly hint?: ReactNode;
  /** The gateway's words on what is wrong with the value. */
  readonly error?: string | undefined;
  readonly placeholder?: string | undefined;
  /** Heard and not seen: the placeholder says the same. */
  readonly isLabelHidden?: boolean;
  /** Lines of a text; absent: one line. */
  readonly rows?: number;
}

/** A text to type, with its label above and what is wrong with it below; one to search by has the sign of it. */
export function Field({
  label,
  hint,
  error,
  placeholder,
  rows,
  isLabelHidden,
  ...rest
}: FieldProps): ReactNode {
  const { fillIn, tooShort } = useWords();
  return (
    <TextField
      {...rest}
      // While nothing is refused the browser finds what is missing, and says so.
      {...(error === undefined ? {} : { isInvalid: true })}
      // The gateway's refusal must not keep the form from being sent once more.
      validationBehavior={error === undefined ? "native" : "aria"}
      className="flex flex-col gap-1.5"
    >
      <Label className={isLabelHidden === true ? "sr-only" : "text-label font-medium"}>
        {label}
      </Label>
      {rows === undefined ? (
        <span className="relative">
          {rest.type === "search" ? (
            <span className="pointer-events-none absolute inset-y-0 left-3 grid place-items-center text-soft">
              <Icon name="search" size={16} />
            </span>
          ) : null}
          <Input
            className={classNames(inputLooks, rest.type === "search" && "pl-9")}
            placeholder={placeholder ?? ""}
          />
        </span>
      ) : (
        <TextArea
          className={`${inputLooks} resize-y`}
          rows={rows}
          placeholder={placeholder ?? ""}
        />
      )}
      {hint === undefined ? null : (
        <Text slot="description" className="text-label text-soft">
          {hint}
        </Text>
      )}
      <FieldError className="text-label text-bad">
        {({ validationDetails, defaultChildren }) =>
          error === undefined ? (
            // The browser would say it in its own language, which may be another.
            validationDetails.valueMissing ? (
              fillIn
            ) : validationDetails.tooShort ? (
              tooShort(rest.minLength ?? 1)
            ) : (
              defaultChildren
            )
          ) : (
            <Sentence text={error} />
          )
        }
      </FieldError>
    </TextField>
  );
}
