import { type Template, type WordUse, wordsIn } from "./template.ts";
import { eachWords, isPictureWord, knownWords, optionOf } from "./words.ts";

/** A mistake in the settings: where, and what to change. */
export interface SettingFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The parts of the settings that must fit together, as they are written. */
interface Given {
  readonly api_key?: unknown;
  readonly auth: { readonly in: string; readonly name?: string | undefined };
  readonly generation?: Operation | undefined;
  readonly edit?: Operation | undefined;
  readonly options: Readonly<Record<string, { readonly type: string }>>;
  readonly jobs?:
    | {
        readonly path?: string | undefined;
        readonly url?: unknown;
        readonly result_path?: string | undefined;
      }
    | undefined;
  readonly cost?: { readonly at?: unknown; readonly header?: unknown } | undefined;
}

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly as: string;
  readonly fields: Readonly<Record<string, Template>>;
}

/** Faults of an operation that the schema of each part cannot see: words that do not exist, keys without a place, jobs that nobody can ask for. */
export function operationFaults(given: Given): SettingFault[] {
  const faults: SettingFault[] = [...authFaults(given), ...jobFaults(given)];
  if (given.generation === undefined && given.edit === undefined)
    faults.push({ path: ["generation"], message: "must be set, or `edit` must be" });
  for (const name of ["generation", "edit"] as const) {
    const operation = given[name];
    if (operation === undefined) continue;
    faults.push(
      ...callFaults(operation, given).map((fault) => ({ ...fault, path: [name, ...fault.path] })),
    );
  }
  const editWords = given.edit === undefined ? [] : wordsIn({ ...given.edit.fields });
  const hasPicture = editWords.some(({ word }) => word.startsWith("image"));
  if (given.edit !== undefined && !hasPicture)
    faults.push({
      path: ["edit", "fields"],
      message: "must hold {image.…} or {images.…}: an edit has a picture",
    });
  const used = new Set(
    [given.generation, given.edit].flatMap((operation) =>
      wordsIn({ ...operation?.fields }).map(({ word }) => optionOf(word)),
    ),
  );
  for (const name of Object.keys(given.options)) {
    if (!used.has(name))
      faults.push({
        path: ["options", name],
        message: `must be used by a field, as {option.${name}}`,
      });
  }
  if (
    given.cost !== undefined &&
    (given.cost.at === undefined) === (given.cost.header === undefined)
  )
    faults.push({ path: ["cost"], message: "must have either `at` or `header`" });
  return faults;
}

function authFaults({ auth, api_key: key }: Given): SettingFault[] {
  const needsName = auth.in === "header" || auth.in === "query";
  const faults: SettingFault[] = [];
  if (needsName && auth.name === undefined)
    faults.push({
      path: ["auth", "name"],
      message: `must be set: the ${auth.in} field that carries the key`,
    });
  if (auth.in === "none" && key !== undefined)
    faults.push({
      path: ["auth", "in"],
      message: "must say where `api_key` goes, or `api_key` be left out",
    });
  if (auth.in !== "none" && auth.in !== "bearer" && key === undefined)
    faults.push({
      path: ["api_key"],
      message: `must be set, since \`auth\` puts it into the ${auth.in}`,
    });
  return faults;
}

function jobFaults({ jobs }: Given): SettingFault[] {
  if (jobs === undefined) return [];
  const faults: SettingFault[] = [];
  if (jobs.path === undefined && jobs.url === undefined)
    faults.push({
      path: ["jobs", "path"],
      message: "must be set, or `url` must be: one of them asks for the job",
    });
  for (const name of ["path", "result_path"] as const) {
    const text = jobs[name];
    if (text === undefined) continue;
    const words = wordsIn(text).map(({ word }) => word);
    if (words.length !== 1 || words[0] !== "id")
      faults.push({ path: ["jobs", name], message: "must hold {id}, once, and no other word" });
  }
  return faults;
}

function callFaults({ path, as, method, fields }: Operation, given: Given): SettingFault[] {
  const faults: SettingFault[] = wordsIn(path)
    .filter(({ word }) => word !== "model")
    .map(({ word }) => ({
      path: ["path"],
      message: `must hold {model} at most and no other word, not {${word}}`,
    }));
  if (method === "GET" && as !== "query")
    faults.push({ path: ["as"], message: "must be query where `method` is GET" });
  const uses = wordsIn({ ...fields });
  for (const use of uses) {
    const message = useFault(use, as, given.options);
    if (message !== undefined) faults.push({ path: ["fields", ...use.path], message });
  }
  for (const [name, value] of Object.entries(fields)) {
    if (as !== "json" && isNested(value))
      faults.push({
        path: ["fields", name],
        message: `must be a text, number, flag or list: a ${as} has no groups`,
      });
  }
  if (!uses.some(({ word }) => word === "prompt"))
    faults.push({ path: ["fields"], message: "must hold {prompt}" });
  return faults;
}

/** A group that is no translation of a word. */
function isNested(value: Template): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some((one) => typeof one === "object");
  return typeof value["$word"] !== "string";
}

function useFault(
  { word, inText, inEach, isEach }: WordUse,
  as: string,
  options: Given["options"],
): string | undefined {
  const option = optionOf(word);
  if (option !== undefined)
    return Object.hasOwn(options, option)
      ? undefined
      : `{${word}} needs an entry \`${option}\` in \`options\``;
  if (isEach) return word === "images" ? undefined : "`$each` must be images";
  if (inEach && eachWords.includes(word)) return undefined;
  if (!knownWords.includes(word))
    return `{${word}} is no word; there are ${knownWords.join(", ")} and option.NAME`;
  if (inText && isPictureWord(word)) return `{${word}} must be the whole text of its field`;
  if (word.endsWith(".file") && as !== "form")
    return `{${word}} needs \`as: form\`; use .base64 or .data_url`;
  return as === "query" && isPictureWord(word) ? `{${word}} cannot travel in a query` : undefined;
}
