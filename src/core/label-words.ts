import { z } from "zod";
import { labelFault, labelForm, labelsOf, ownLabelsMax } from "./labels.ts";

const listForm = `a list of at most ${ownLabelsMax} labels, each name once, or a group of names with values; a label is ${labelForm}`;

/** A number is what it is written as: `cost_centre: 4711`. */
const text = z.union([z.string(), z.number().transform(String)], {
  error: `must be ${labelForm}`,
});

/** Labels of a key or team, in the file and in the admin API: a list, or names with values. */
export function labels(of: string) {
  return z
    .union([z.array(text), z.record(z.string(), text)], { error: `must be ${listForm}` })
    .superRefine((written, context) => {
      const fault = labelFault(labelsOf(written), ownLabelsMax);
      if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
    })
    .default([])
    .meta({ form: listForm, description: `Labels of ${of}, for reports of usage.` });
}
