/** The known word that was probably meant, or undefined where none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance <= limit && (best === undefined || distance < best.distance)) {
      best = { name, distance };
    }
  }
  return best?.name;
}

/** `; did you mean \`port\`?`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const name = nearest(word, known);
  return name === undefined ? "" : `; did you mean \`${name}\`?`;
}

/** Single-character insertions, deletions, replacements and swaps of neighbours between two words. */
export function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const cell = (up: number, left: number): number =>
        (rows[row - up] ?? current)[column - left] ?? 0;
      const same = from[row - 1] === to[column - 1];
      let least = Math.min(
        cell(1, 0) + 1,
        (current[column - 1] ?? 0) + 1,
        cell(1, 1) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1];
      if (swapped) least = Math.min(least, cell(2, 2) + 1);
      current.push(least);
    }
    rows.push(current);
  }
  return rows[from.length]?.[to.length] ?? 0;
}
