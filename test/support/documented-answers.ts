import { channel } from "node:diagnostics_channel";
import { openApiDocument } from "../../src/api/openapi.ts";

/** What Node's fetch tells of an answer whose head has come. */
interface Answered {
  readonly request: { readonly origin: string; readonly method: string; readonly path: string };
  readonly response: { readonly statusCode: number };
}

interface DocumentedOperation {
  readonly method: string;
  readonly path: RegExp;
  readonly statuses: ReadonlySet<number>;
}

/** Statuses that any address may answer with; those below 200 come before an answer. */
function isOfAnyAddress(status: number): boolean {
  return status < 200 || status === 404 || status === 405;
}

let known: readonly DocumentedOperation[] | undefined;

function operations(): readonly DocumentedOperation[] {
  const { paths } = openApiDocument() as {
    paths: Record<string, Record<string, { responses: object }>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      method: method.toUpperCase(),
      path: new RegExp(`^${path.replace(/\{model\}/, ".+").replace(/\{\w+\}/g, "[^/]+")}$`),
      statuses: new Set(Object.keys(responses).map(Number)),
    })),
  );
}

/**
 * The answers of one gateway that its document does not have, as a test's `fetch` got them; the list
 * grows while the gateway runs. `stop` ends the watching.
 */
export function watchAnswers(url: string): {
  readonly undocumented: readonly string[];
  stop(): void;
} {
  // Now, and not in the middle of what a test may measure.
  const operationsKnown = (known ??= operations());
  const undocumented: string[] = [];
  const heads = channel("undici:request:headers");
  const look = (message: unknown): void => {
    const { request, response } = message as Answered;
    if (request.origin !== url || isOfAnyAddress(response.statusCode)) return;
    const said = wanting(operationsKnown, request.method, request.path, response.statusCode);
    if (said !== undefined) undocumented.push(said);
  };
  heads.subscribe(look);
  return {
    undocumented,
    stop: () => {
      heads.unsubscribe(look);
    },
  };
}

function wanting(
  operationsKnown: readonly DocumentedOperation[],
  method: string,
  target: string,
  status: number,
): string | undefined {
  const path = target.replace(/\?.*$/s, "");
  const asked = method === "HEAD" ? "GET" : method;
  // The literal address comes before one with a placeholder: `/admin/v1/people/me`.
  const of = operationsKnown.filter((one) => one.method === asked && one.path.test(path));
  if (of.length === 0 || of.some(({ statuses }) => statuses.has(status))) return undefined;
  return `${asked} ${path} answered ${status}`;
}
