import { useEffect, useState } from "react";

/** The seconds since something began, counted while it runs; it begins again with another `of`. */
export function useSeconds(of: unknown, isRunning: boolean, since?: number): number {
  const [began, setBegan] = useState(() => since ?? Date.now());
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    setBegan(since ?? Date.now());
    setNow(Date.now());
  }, [of, since]);
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return Math.max(0, Math.round((now - began) / 1000));
}
