import { defineProvider } from "../../core/provider.ts";
import { cards } from "./cards.ts";
import { generate } from "./generate.ts";
import { createPainter } from "./paint/painter.ts";
import { options, settings } from "./settings.ts";

/** No thread is started until the first picture is asked for. */
const painter = createPainter();

export default defineProvider({
  id: "sandbox",
  name: "Sandbox",
  docs: "https://developers.openai.com/api/docs/guides/image-generation",
  about:
    "Paints real pictures on this machine, without a key, a network or a bill, and answers as an images API would: the same prompt, seed and size give the same picture, and without a seed each request another one (`x-pinhole-seed` says which seed it was). " +
    "Each picture after a request's first uses the seed one higher. `moderation` and `user` are accepted and change nothing, since the sandbox moderates nothing and reports to nobody. " +
    "Its other models act out what an integration must handle: sandbox-slow takes its time, sandbox-moderated, sandbox-rate-limited and sandbox-timeout always fail in their way, " +
    "sandbox-flaky fails on odd seeds (without a seed, on about half of all requests), sandbox-partial makes one picture fewer than asked (but at least one), sandbox-stream-error breaks after a preview. " +
    "Any other model name paints as `sandbox` does.",
  openEnded: true,
  models: cards,
  defaultCard: cards[0],
  settings,
  options,
  needsSeed: true,
  authorize: () => ({}),
  generate: (input) => generate(input, painter),
});
