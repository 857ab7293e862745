// Loaded before a gateway (`node --import`): writes down each statement that it sends to Postgres, with what came back.
// RECORD names the file, which is written when the gateway ends. Transactions are left out: it is replayed one by one.
import { writeFileSync } from "node:fs";
import pg from "pg";

const runs = [];
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (asked, ...rest) {
  const answered = query.call(this, asked, ...rest);
  if (typeof asked !== "object" || asked.text === undefined) return answered;
  const run = { sql: asked.text, values: asked.values ?? [] };
  runs.push(run);
  answered.then(
    ({ fields, rowCount }) => {
      run.columns = fields.map(({ name }) => name);
      run.rows = rowCount;
    },
    () => undefined,
  );
  return answered;
};

process.on("exit", () => {
  // What is asked again and again says nothing new.
  const seen = new Map();
  const told = runs.filter((run) => {
    if (run.columns === undefined) return false;
    const text = JSON.stringify(run);
    const times = seen.get(text) ?? 0;
    seen.set(text, times + 1);
    return times === 0;
  });
  writeFileSync(process.env.RECORD, told.map((run) => `${JSON.stringify(run)}\n`).join(""));
});
