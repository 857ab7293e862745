/** A selector in an expression: a metric, and the labels that it asks for with the values that must match. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly {
    readonly label: string;
    readonly isPattern: boolean;
    readonly value: string;
  }[];
}

/** The parts of an expression that name metrics and labels. */
export interface Named {
  readonly selectors: readonly Selector[];
  /** Labels after `by`, `without`, `on`, `ignoring` and `group_left`. */
  readonly groupings: readonly string[];
}

/** Words of the language that stand where a metric could. */
const words = new Set(
  `and or unless by without on ignoring group_left group_right offset bool
  sum min max avg count topk rate increase irate delta absent time vector
  histogram_quantile max_over_time min_over_time avg_over_time`.split(/\s+/),
);

/** The metrics and labels that an expression names. Throws at a sign that is of no expression. */
export function namesIn(expression: string): Named {
  const selectors: Selector[] = [];
  const groupings: string[] = [];
  // Texts first, so that what stands in them is no word.
  const tokens = [
    ...expression.matchAll(
      /\s*(?:("(?:[^"\\]|\\.)*")|([a-zA-Z_:][\w:]*)|(\d[\w.]*)|(\[[^\]]*\])|(=~|!~|!=|==|>=|<=|[-+*/%^<>=(){},]))/gy,
    ),
  ].map(([whole]) => whole.trim());
  if (tokens.join("") !== expression.replaceAll(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/g, ""))
    throw new Error(`no expression: ${expression}`);
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at] ?? "";
    at += 1;
    if (!/^[a-zA-Z_:]/.test(token)) continue;
    const isGrouping = /^(by|without|on|ignoring|group_left|group_right)$/.test(token);
    if (isGrouping && tokens[at] === "(") {
      const end = tokens.indexOf(")", at);
      groupings.push(...tokens.slice(at + 1, end).filter((one) => one !== ","));
      at = end + 1;
    } else if (!words.has(token)) {
      const end = tokens[at] === "{" ? tokens.indexOf("}", at) : at;
      selectors.push({ metric: token, matchers: matchersOf(tokens.slice(at + 1, end)) });
      at = tokens[at] === "{" ? end + 1 : at;
    }
  }
  return { selectors, groupings };
}

function matchersOf(tokens: readonly string[]): Selector["matchers"] {
  const matchers: Selector["matchers"][number][] = [];
  for (let at = 0; at + 2 < tokens.length; at += 4) {
    const [label = "", operator = "", value = ""] = tokens.slice(at, at + 3);
    matchers.push({ label, isPattern: operator.endsWith("~"), value: value.slice(1, -1) });
  }
  return matchers;
}
