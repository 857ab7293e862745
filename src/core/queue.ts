/** The longest that a call waits in a channel's line, milliseconds: then it is tried elsewhere, or fails. */
export const queueMsMax = 10_000;
