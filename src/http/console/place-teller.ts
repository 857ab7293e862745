/** Teller of the places that a waiting request has in a line. */
export interface PlaceTeller {
  moved(place: number): void;
  /** The request waits no more: nothing more is told. */
  over(): void;
}

/** The least time between two places, milliseconds. */
const pauseMs = 1_000;

/** Tells the first place at once, and of those that follow the latest, at most one a second. */
export function createPlaceTeller(tell: (place: number) => void): PlaceTeller {
  let latest: number | undefined;
  let told: number | undefined;
  let pause: NodeJS.Timeout | undefined;
  let isOver = false;
  const tellLatest = (): void => {
    pause = undefined;
    if (latest === undefined || latest === told) return;
    told = latest;
    pause = setTimeout(tellLatest, pauseMs).unref();
    tell(latest);
  };
  return {
    moved(place) {
      if (isOver) return;
      latest = place;
      if (pause === undefined) tellLatest();
    },
    over() {
      isOver = true;
      clearTimeout(pause);
    },
  };
}
