/** The looks of a number that leads to the requests that it was counted from, also within a row that is a link. */
export const numberLink =
  "relative z-1 inline-flex min-h-6 items-center text-inherit underline decoration-line underline-offset-3 hover:decoration-ink";
