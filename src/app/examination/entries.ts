import type { Finding } from "../../core/examination.ts";
import type { ExaminedParts } from "./parts.ts";

/** Entries of file and database: is each served as it stands. */
export function examineEntries({
  entryFaults,
}: Pick<ExaminedParts, "entryFaults">): Promise<readonly Finding[]> {
  const { rows, declared } = entryFaults();
  const name = "configuration";
  if (rows === undefined) {
    const said = "The entries of the database could not be put beside the file's; see the log.";
    return Promise.resolve([{ name, state: "fault", said }]);
  }
  const faulty = rows.map((row): Finding => ({ name: row.name, state: "fault", said: row.fault }));
  const leading = declared.map(({ declaredAt, message }): Finding => {
    const said = `${declaredAt}: ${message} Correct it, or make a channel that serves it.`;
    return { name, state: "warning", said };
  });
  const found = [...faulty, ...leading];
  const said = "All entries of file and database are served as they stand.";
  return Promise.resolve(found.length > 0 ? found : [{ name, state: "ok", said }]);
}
