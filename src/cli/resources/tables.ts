/** Characters that a row of a list may have at most; a column that does not fit is left out. */
const rowLengthMax = 160;
const cellLengthMax = 48;

type Row = Readonly<Record<string, unknown>>;

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as people read it, on one line and without what steers a terminal. */
function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(cellOf).join(value.some(isRow) ? "; " : ", ");
  if (isRow(value))
    return Object.entries(value)
      .map(([name, inner]) => [name, cellOf(inner)])
      .filter(([, text]) => text !== "")
      .map((pair) => pair.join("="))
      .join(" ");
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.replaceAll(/\p{C}/gu, "?");
}

/** Rows as lines, each column as wide as its longest cell. */
function linesOf(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

/** A list as a table of the fields that say something, as many of them as fit. */
function listTable(entries: readonly unknown[]): string {
  const rows = entries.map((entry) => (isRow(entry) ? entry : { value: entry }));
  const names = [...new Set(rows.flatMap(Object.keys))].filter(
    (name) => name !== "object" && rows.some((row) => saysSomething(row[name])),
  );
  const shortened = (text: string): string =>
    text.length > cellLengthMax ? `${text.slice(0, cellLengthMax - 1)}…` : text;
  const shown: string[] = [];
  let length = 0;
  for (const name of names) {
    const cells = rows.map((row) => shortened(cellOf(row[name])).length);
    length += Math.max(name.length, ...cells) + 2;
    if (shown.length > 0 && length > rowLengthMax) break;
    shown.push(name);
  }
  return linesOf([shown, ...rows.map((row) => shown.map((name) => shortened(cellOf(row[name]))))]);
}

function saysSomething(value: unknown): boolean {
  return value !== false && cellOf(value) !== "";
}

/** An answer of the admin API as text for people. */
export function tableOf(answer: unknown): string {
  if (!isRow(answer)) return `${cellOf(answer)}\n`;
  const { data } = answer;
  if (Array.isArray(data)) return data.length === 0 ? "There are none.\n" : listTable(data);
  const fields = Object.entries(answer)
    .filter(([name]) => name !== "object")
    .map(([name, value]) => [name, cellOf(value)]);
  return fields.length === 0 ? "Done.\n" : linesOf(fields);
}
