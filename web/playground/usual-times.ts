const stored = "pinhole.usual";
/** The part that the newest time has in the usual one. */
const newestWeighs = 0.4;
const modelsMax = 50;

type Times = Readonly<Record<string, number>>;

function read(): Times {
  try {
    return JSON.parse(localStorage.getItem(stored) ?? "{}") as Times;
  } catch {
    return {};
  }
}

/** The milliseconds that a model usually takes, as this browser has seen; undefined where it has seen none. */
export function usualMs(model: string): number | undefined {
  const known = read()[model];
  return typeof known === "number" && known > 0 ? known : undefined;
}

/** Notes how long a model took. */
export function noteTime(model: string, ms: number): void {
  const { [model]: before, ...others } = read();
  const usual = before === undefined ? ms : before + (ms - before) * newestWeighs;
  const latest = Object.entries(others).slice(1 - modelsMax);
  localStorage.setItem(stored, JSON.stringify({ ...Object.fromEntries(latest), [model]: usual }));
}
