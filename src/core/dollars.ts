/**
 * A sum in US dollars with as many digits as matter, never in exponents: $0.0004, $0.084, $13.66. `least`: decimals
 * that are there in any case, where sums stand below each other.
 */
export function dollarText(usd: string, least = 2): string {
  const value = Number(usd);
  if (Math.abs(value) >= 0.01) return `$${trimmed(value.toFixed(value < 1 ? 3 : 2), least)}`;
  return `$${trimmed(usd, least)}`;
}

/** A sum within a sentence, where whole dollars have no cents: $5, $13.66. */
export function dollarsInText(usd: string): string {
  return dollarText(usd).replace(/\.00$/, "");
}

/** Without closing zeros beyond `least` decimals. */
function trimmed(text: string, least: number): string {
  const [whole = "0", decimals = ""] = text.split(".");
  const kept = decimals.replace(/0+$/, "").padEnd(least, "0");
  return kept === "" ? whole : `${whole}.${kept}`;
}
