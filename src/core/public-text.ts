const textLengthMax = 500;

/**
 * Parts of an upstream's messages that no client should read (CONTRACT "Errors"), each with what
 * stands there instead. Keys, accounts and the channel's own host are removed by the egress, which
 * knows them; these are the hosts and people behind it.
 */
const removals: readonly (readonly [RegExp, string])[] = [
  [/\bhttps?:\/\/\S+/gi, "[link]"],
  [/\b[\w.+-]+@[\w-]+(\.[\w-]+)+/g, "[account]"],
  [/\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b/g, "[host]"],
  [/\blocalhost(:\d+)?\b/gi, "[host]"],
  [/\b[a-z0-9-]+(\.[a-z0-9-]+)+\.[a-z]{2,}(:\d+)?\b/gi, "[host]"],
];

/**
 * True for a sentence that sends its reader to the upstream's own people or pages: it is the operator who
 * has an account there, and without the address it says nothing anyway.
 */
function sendsAway(sentence: string): boolean {
  const isAddressed =
    /\[(link|account|host)\]/.test(sentence) &&
    /\b(contact|visit|see|read|refer|reach|e-?mail|write|learn|help|support|information|docs|documentation)\b/i.test(
      sentence,
    );
  return isAddressed || /\binclude the request id\b/i.test(sentence);
}

/** An upstream's message made fit for a client: one line, of bounded length, without links, mail addresses or hosts, and without sentences that send to them. */
export function publicText(text: string): string {
  let clean = text.replace(/\s+/g, " ").trim();
  for (const [pattern, instead] of removals) clean = clean.replace(pattern, instead);
  const sentences = clean.split(/(?<=[.!?]\)?) +/);
  const kept = sentences.filter((sentence) => !sendsAway(sentence));
  if (kept.length > 0 && kept.length < sentences.length) clean = kept.join(" ");
  return clean.length <= textLengthMax ? clean : `${clean.slice(0, textLengthMax - 1)}…`;
}
