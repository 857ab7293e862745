import type { CommandContext } from "./command.ts";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMs = 100;

/** Shows that work goes on, with the seconds so far, while it does; on a terminal only. */
export async function withProgress<T>(
  label: string,
  context: CommandContext,
  work: () => Promise<T>,
): Promise<T> {
  if (!context.errIsTerminal) return work();
  const start = context.now();
  const draw = (): void => {
    const elapsedMs = context.now() - start;
    const frame = frames[Math.floor(elapsedMs / frameMs) % frames.length] ?? "";
    context.err(`\r${frame} ${label} ${Math.floor(elapsedMs / 1000)} s`);
  };
  draw();
  const timer = setInterval(draw, frameMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    // Back to the line's start, and the line erased.
    context.err("\r\u001B[K");
  }
}
