import { z } from "zod";
import { byteSize } from "../values.ts";
import { count, duration } from "../../core/forms.ts";

/** `admission`: bounds on work that is taken in at the same time. */
export const admissionSchema = z.strictObject({
  requests_max: count(1_000_000)
    .default(2000)
    .describe("Image requests at work at the same time; beyond them, 503 before anything is paid."),
  bytes_max: byteSize("1MB", "1000TB")
    .prefault("8GiB")
    .describe("Bytes of request bodies to come and of pictures that requests hold, on disk too."),
  event_loop_delay_max: duration("10ms", "1m")
    .prefault("1s")
    .describe(
      "How late the timers of the process may fire on average before it takes no more image requests.",
    ),
});
