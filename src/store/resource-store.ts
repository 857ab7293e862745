import type { StoreClient } from "./client.ts";
import type { ResourceStore } from "./resource-records.ts";

/** The part of the store that has entries of the configuration. */
export function resourceStore(client: StoreClient): ResourceStore {
  return {
    all: () => client.call("resourcesAll"),
    get: (kind, id) => client.call("resourcesGet", kind, id),
    page: (page) => client.call("resourcesPage", page),
    add: (record, entry) => client.call("resourcesAdd", record, entry),
    change: (record, entry) => client.call("resourcesChange", record, entry),
    remove: (record, entry) => client.call("resourcesRemove", record, entry),
    reseal: (resealed) => client.call("resourcesReseal", resealed),
  };
}
