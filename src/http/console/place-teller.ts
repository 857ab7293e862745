/** Teller of the places that a waiting request has in lines: in the first channel's, and after a failover in the next one's. */
export interface PlaceTeller {
  moved(place: number): void;
  /** An attempt runs: until the function that is returned is called, places of other calls are not told. */
  began(): () => void;
  /** The request waits no more: nothing more is told. */
  over(): void;
}

/** The least time between two places, milliseconds. */
const pauseMs = 1_000;

/** Tells the first place of a line at once, and of those that follow the latest, at most one a second. */
export function createPlaceTeller(tell: (place: number) => void): PlaceTeller {
  let latest: number | undefined;
  let told: number | undefined;
  let pause: NodeJS.Timeout | undefined;
  let running = 0;
  const tellLatest = (): void => {
    pause = undefined;
    if (latest === undefined || latest === told) return;
    told = latest;
    pause = setTimeout(tellLatest, pauseMs).unref();
    tell(latest);
  };
  const forget = (): void => {
    clearTimeout(pause);
    pause = latest = told = undefined;
  };
  return {
    moved(place) {
      if (running > 0) return;
      latest = place;
      if (pause === undefined) tellLatest();
    },
    began() {
      running += 1;
      forget();
      return () => {
        running -= 1;
      };
    },
    over() {
      running = Infinity;
      forget();
    },
  };
}
