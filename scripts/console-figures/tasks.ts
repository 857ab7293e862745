import type { Browser, CDPSession } from "playwright-core";

/** An event of Chromium's trace, as far as it is read here. Microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** Time that the thread computed, however busy the machine was with others. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** A task of the page's main thread. Milliseconds of the thread's own time. */
export interface Task {
  readonly ms: number;
  /** The parts that took most of it, by the trace's names. */
  readonly parts: Readonly<Record<string, number>>;
}

const categories = ["disabled-by-default-devtools.timeline", "devtools.timeline", "toplevel"];

/** The trace of a browser while it is recorded. */
export interface Tracing {
  /** Ends it; the tasks of the main threads of all tabs, the longest first. */
  end(): Promise<readonly Task[]>;
}

/** Records the tasks of all tabs. A task's time is what its thread computed: a machine that is busy with others does not lengthen it. */
export async function startTracing(browser: Browser): Promise<Tracing> {
  const devtools: CDPSession = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  devtools.on("Tracing.dataCollected", ({ value }) => {
    // What the protocol calls any object is an event of the trace.
    for (const event of value) events.push(event as unknown as TraceEvent);
  });
  const isComplete = new Promise<void>((done) => {
    devtools.once("Tracing.tracingComplete", () => done());
  });
  await devtools.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { recordMode: "recordAsMuchAsPossible", includedCategories: categories },
  });
  return {
    async end() {
      await devtools.send("Tracing.end");
      await isComplete;
      await devtools.detach();
      return tasksOf(events);
    },
  };
}

function tasksOf(events: readonly TraceEvent[]): readonly Task[] {
  const mains = new Set(
    events
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(threadOf),
  );
  const complete = events.filter((event) => event.ph === "X" && mains.has(threadOf(event)));
  const tasks: Task[] = [];
  for (const [, ofThread] of Map.groupBy(complete, threadOf)) {
    const sorted = ofThread.toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
    sorted.forEach((event, at) => {
      if (event.name === "RunTask") tasks.push(taskOf(event, sorted, at));
    });
  }
  return tasks.toSorted((a, b) => b.ms - a.ms);
}

function threadOf({ pid, tid }: TraceEvent): string {
  return `${pid}/${tid}`;
}

function taskOf(task: TraceEvent, sorted: readonly TraceEvent[], at: number): Task {
  const end = task.ts + (task.dur ?? 0);
  const parts: Record<string, number> = {};
  for (let next = at + 1; next < sorted.length; next += 1) {
    const event = sorted[next];
    if (event === undefined || event.ts >= end) break;
    parts[event.name] = (parts[event.name] ?? 0) + (event.tdur ?? 0) / 1000;
  }
  const most = Object.entries(parts).toSorted(([, a], [, b]) => b - a);
  const named = most.slice(0, 12).map(([name, ms]) => [name, Math.round(ms * 10) / 10]);
  return { ms: (task.tdur ?? 0) / 1000, parts: Object.fromEntries(named) as Task["parts"] };
}
