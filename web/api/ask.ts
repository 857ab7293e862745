/** A refusal of the gateway in its own words, or the fact that it did not answer (`unreachable`). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** A code of the error table, for example `model_not_found`. */
  readonly code: string;
  /** The field that the refusal is about. */
  readonly param: string | undefined;
  readonly requestId: string | undefined;
  /** The whole answer, for refusals that carry more, such as the current version of a resource. */
  readonly body: unknown;

  constructor(
    message: string,
    fields: {
      readonly status: number;
      readonly code: string;
      readonly param?: string | undefined;
      readonly requestId?: string | undefined;
      readonly body?: unknown;
    },
  ) {
    super(message);
    this.status = fields.status;
    this.code = fields.code;
    this.param = fields.param;
    this.requestId = fields.requestId;
    this.body = fields.body;
  }
}

/** The options of a question to the gateway. */
export interface AskOptions {
  /** Sent as JSON; a form is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A good answer: its JSON, and the headers that say more. */
export interface Answer<T> {
  readonly value: T;
  readonly status: number;
  readonly headers: Headers;
}

/** Asks the gateway that served this page; the session's cookie goes along. Throws ApiError. */
async function answerTo(
  method: string,
  path: string,
  { body, headers, signal }: AskOptions,
): Promise<Response> {
  const isForm = body instanceof FormData;
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      headers: {
        accept: "application/json",
        ...(body === undefined || isForm ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
      credentials: "same-origin",
    });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new ApiError("The gateway does not answer; this page tries again by itself.", {
      status: 0,
      code: "unreachable",
    });
  }
  if (!answer.ok) throw await refusalOf(answer);
  return answer;
}

/** Asks for JSON. Throws ApiError. */
export async function askFully<T>(
  method: string,
  path: string,
  options: AskOptions = {},
): Promise<Answer<T>> {
  const answer = await answerTo(method, path, options);
  const value = answer.status === 204 ? undefined : ((await answer.json()) as unknown);
  // The gateway and this page are of one build, so its answers have the shapes of the API's document.
  return { value: value as T, status: answer.status, headers: answer.headers };
}

/** As `askFully`, where the headers say nothing of interest. */
export async function ask<T>(method: string, path: string, options?: AskOptions): Promise<T> {
  return (await askFully<T>(method, path, options)).value;
}

/** Asks for a file, such as a picture. Throws ApiError. */
export async function askForFile(method: string, path: string, body?: unknown): Promise<Blob> {
  return (await answerTo(method, path, { body })).blob();
}

interface ErrorBody {
  readonly error?: {
    readonly message?: string;
    readonly code?: string | null;
    readonly param?: string | null;
  };
}

/** The code for one who brings neither a key nor a session that lives; this page brings sessions only. */
const noSession = "invalid_api_key";
const sessionEnded = "The session had ended. Sign in, then do this once more.";

async function refusalOf(answer: Response): Promise<ApiError> {
  const body = (await answer.json().catch(() => undefined)) as ErrorBody | undefined;
  const error = body?.error;
  const message = error?.message ?? `The gateway answered with status ${answer.status}.`;
  return new ApiError(error?.code === noSession ? sessionEnded : message, {
    status: answer.status,
    code: error?.code ?? "unknown",
    param: error?.param ?? undefined,
    requestId: answer.headers.get("x-request-id") ?? undefined,
    body,
  });
}
