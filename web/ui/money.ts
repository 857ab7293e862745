/** Dollars with as many digits as matter, never in exponents: $0.0004, $1.92, free. `least`: decimals that are there in any case, where amounts stand below each other. */
export function dollars(usd: string, freeWord: string, least = 2): string {
  const value = Number(usd);
  if (value === 0) return freeWord;
  if (Math.abs(value) >= 0.01) return `$${trimmed(value.toFixed(value < 1 ? 3 : 2), least)}`;
  return `$${trimmed(usd, least)}`;
}

/** Without closing zeros beyond `least` decimals. */
function trimmed(text: string, least: number): string {
  const [whole = "0", decimals = ""] = text.split(".");
  const kept = decimals.replace(/0+$/, "").padEnd(least, "0");
  return `${whole}.${kept}`;
}
