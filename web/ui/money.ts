/** Dollars with as many digits as matter, never in exponents: $0.0004, $1.92, free. */
export function dollars(usd: string, freeWord: string): string {
  const value = Number(usd);
  if (value === 0) return freeWord;
  if (Math.abs(value) >= 0.01) return `$${trimmed(value.toFixed(value < 1 ? 3 : 2), 2)}`;
  return `$${trimmed(usd, 2)}`;
}

/** Without closing zeros beyond `least` decimals. */
function trimmed(text: string, least: number): string {
  const [whole = "0", decimals = ""] = text.split(".");
  const kept = decimals.replace(/0+$/, "").padEnd(least, "0");
  return `${whole}.${kept}`;
}
