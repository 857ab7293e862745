import type { Shape } from "./shape.ts";

/** The reading of one row's columns of JSON, each by itself: a damaged one takes its row out of service and no other. */
export interface JsonColumns {
  /** The value of a column; `instead` where it is damaged, which is told by its word in the API. */
  read<T>(word: string, shape: Shape<T>, json: string, instead: T): T;
  /** For the record: the words of damaged columns, where there are any. */
  told(): { readonly damaged?: readonly string[] };
}

export function jsonColumns(): JsonColumns {
  const damaged: string[] = [];
  return {
    read(word, shape, json, instead) {
      try {
        return shape.parse(JSON.parse(json));
      } catch {
        damaged.push(word);
        return instead;
      }
    },
    told: () => (damaged.length === 0 ? {} : { damaged }),
  };
}
