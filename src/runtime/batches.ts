import { Batch } from "./batch.ts";

/** Requests of clients whose head has come. */
export const arrivals = new Batch();

/** Answers of upstreams that are whole, to be read many in a row. */
export const answers = new Batch();
