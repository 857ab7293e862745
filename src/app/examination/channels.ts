import { PinholeError } from "../../core/errors.ts";
import type { Finding } from "../../core/examination.ts";
import type { ChannelView } from "../../gateway/gateway.ts";
import { tryChannel } from "../channel-trial.ts";
import type { ExaminedParts } from "./parts.ts";

/** Time that one upstream may take, milliseconds. */
const upstreamMsMax = 15_000;

/** Every channel's upstream, by what is free to ask; nothing is ever bought. */
export async function examineChannels(parts: ExaminedParts): Promise<readonly Finding[]> {
  const views = parts.channels();
  if (views.length === 0)
    return [
      { name: "channels", state: "fault", said: "No channel is configured: nothing can be made." },
    ];
  // All at once: one that hangs keeps none of the others.
  return Promise.all(views.map((view) => examineChannel(parts, view)));
}

async function examineChannel({ config }: ExaminedParts, view: ChannelView): Promise<Finding> {
  const { channel } = view;
  const name = `channel ${channel.id}`;
  const trial = await tryChannel(config, channel);
  try {
    const answers = new Set<string>();
    for (const index of channel.credentials.keys()) {
      const answer = await withinTime(trial.check(index));
      if (answer !== undefined) answers.add(answer);
    }
    const found =
      answers.size === 0
        ? `It was not asked, since ${channel.provider.name} has no free check.`
        : `It answers: ${[...answers].join("; ")}.`;
    if (view.state === "healthy") return { name, state: "ok", said: found };
    const why = view.why === undefined ? "" : ` (${view.why})`;
    const health = ` It gets no requests for now: it is ${view.state}${why}.`;
    return { name, state: "warning", said: found + health };
  } catch (thrown) {
    return { name, state: "fault", said: wordsOf(thrown) };
  } finally {
    await trial.close();
  }
}

function withinTime<T>(asked: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<T>();
  const timer = setTimeout(
    () => late.reject(new Error(`It does not answer within ${upstreamMsMax / 1000} s.`)),
    upstreamMsMax,
  );
  return Promise.race([asked, late.promise]).finally(() => clearTimeout(timer));
}

/** Details are for operators, who alone may ask. */
function wordsOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const detail = thrown instanceof PinholeError ? thrown.detail : undefined;
  return detail === undefined ? thrown.message : `${thrown.message} (${detail})`;
}
