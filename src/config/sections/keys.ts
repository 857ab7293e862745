import { z } from "zod";
import { ownerId } from "../../core/forms.ts";
import { keyWords } from "../../core/key-words.ts";
import { secretText } from "../values.ts";

const { name, ...words } = keyWords;

export const keySchema = z.strictObject({
  id: ownerId(
    "The key in records and budgets. Not set: its name, so that renaming it empties its budgets.",
  ).optional(),
  name,
  key: secretText(20).describe("The key itself; take it from the environment: ${DEV_KEY}."),
  ...words,
});
