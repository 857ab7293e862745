import { useSyncExternalStore } from "react";

/** True on a screen as narrow as a phone's. The width is that of the theme's `phone`. */
export function useIsPhone(): boolean {
  return useSyncExternalStore(follow, () => query().matches);
}

const query = (): MediaQueryList => globalThis.matchMedia("(max-width: 39.99rem)");

function follow(changed: () => void): () => void {
  const watched = query();
  watched.addEventListener("change", changed);
  return () => watched.removeEventListener("change", changed);
}
