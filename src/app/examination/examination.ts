import type { Examine, Finding } from "../../core/examination.ts";
import { examineChannels } from "./channels.ts";
import { examineEntries } from "./entries.ts";
import { examineClock, examineDatabase, examineDisks, examineSecret } from "./ground.ts";
import type { ExaminedParts } from "./parts.ts";
import { examinePublicUrl } from "./public-url.ts";

/** Time for all of one examination, milliseconds: less than the half minute that its caller waits. */
const wholeMsMax = 25_000;

/** An examination of the gateway by itself: it asks every part at once, and makes no picture. */
export function createExamine(parts: ExaminedParts): Examine {
  return async () => {
    const parted: readonly (readonly [string, Promise<readonly Finding[]>])[] = [
      ["database", examineDatabase(parts)],
      ["disk", examineDisks(parts)],
      ["clock", examineClock(parts)],
      ["secret", examineSecret(parts)],
      ["channels", examineChannels(parts)],
      ["configuration", examineEntries(parts)],
      ["public URL", examinePublicUrl(parts)],
    ];
    const found = await Promise.all(parted.map(([name, finding]) => inTime(name, finding)));
    return found.flat();
  };
}

/** The findings of one part, or that it took too long or went wrong: it never hides the others. */
async function inTime(
  name: string,
  findings: Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const late = Promise.withResolvers<readonly Finding[]>();
  const timer = setTimeout(() => {
    const said = `No answer within ${wholeMsMax / 1000} s.`;
    late.resolve([{ name, state: "fault", said }]);
  }, wholeMsMax);
  try {
    return await Promise.race([findings, late.promise]);
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    return [{ name, state: "fault", said }];
  } finally {
    clearTimeout(timer);
  }
}
