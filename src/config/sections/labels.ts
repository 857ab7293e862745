import { z } from "zod";
import { labelFault, labelForm, labelsOf, ownLabelsMax } from "../../core/labels.ts";

/** A number is what it is written as: `cost_centre: 4711`. */
const text = z.union([z.string(), z.number().transform(String)]);

/** Labels of a key or team: a list, or names with values. */
export function labels(of: string) {
  return z
    .union([z.array(text), z.record(z.string(), text)])
    .superRefine((written, context) => {
      const fault = labelFault(labelsOf(written), ownLabelsMax);
      if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
    })
    .default([])
    .meta({
      form: `a list of at most ${ownLabelsMax} labels, each name once, or a group of names with values; a label is ${labelForm}`,
      description: `Labels of ${of}, for reports of usage.`,
    });
}
