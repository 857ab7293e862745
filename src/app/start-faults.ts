import { PinholeError } from "../core/errors.ts";
import { fileFaultWords } from "../core/file-faults.ts";

/** A thing that the operator must change before the gateway can run; `message` is the one line to print. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/**
 * Any failure of a start as one sentence for the operator: a file call's bare code and name say nothing to
 * those who do not know the system's calls. `remedy`: what else may be done, such as which setting leads elsewhere.
 */
export function asStartFault(thrown: unknown, remedy?: string): unknown {
  if (thrown instanceof StartError || thrown instanceof PinholeError) return thrown;
  const { code, path } = fileCallOf(thrown);
  const words = code === undefined ? undefined : fileFaultWords(code);
  if (words === undefined || path === undefined) return thrown;
  const [why, first] = words;
  const then = remedy === undefined ? first : `${first}, or ${remedy}`;
  return new StartError(`${path} cannot be used: ${why}; ${then}`, { cause: thrown });
}

/** The failure to listen on an address; `settings` are the words for what leads to another port or host. */
export function listenFault(
  thrown: unknown,
  { host, port }: { readonly host: string; readonly port: number },
  settings: { readonly host: string; readonly port: string },
): StartError {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  const why =
    code === "EADDRINUSE"
      ? `port ${port} on ${host} is in use; stop the other program or choose another with ${settings.port}`
      : code === "EACCES"
        ? `port ${port} on ${host} needs more rights; choose one above 1023 with ${settings.port}`
        : code === "EADDRNOTAVAIL" || code === "ENOTFOUND"
          ? `${host} is no address of this machine; set ${settings.host}`
          : `cannot listen on ${host}:${port}: ${String(thrown)}`;
  return new StartError(why, { cause: thrown });
}

/** The code and the path of a failed file call. */
function fileCallOf(thrown: unknown): Readonly<Record<"code" | "path", string | undefined>> {
  const { code, path } = thrown instanceof Error ? (thrown as NodeJS.ErrnoException) : {};
  return { code, path };
}
