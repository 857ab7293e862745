import type { StoreClient } from "./client.ts";
import type { Store } from "./store.ts";

/** The part of the store that has keys. */
export function keyStore(client: StoreClient): Store["keys"] {
  return {
    all: () => client.call("keysAll"),
    get: (id, scope) => client.call("keysGet", id, scope),
    page: (page, scope) => client.call("keysPage", page, scope),
    add: (key, entry) => client.call("keysAdd", key, entry),
    change: (id, version, settings, entry) =>
      client.call("keysChange", id, version, settings, entry),
    rotate: (id, version, secret, entry) => client.call("keysRotate", id, version, secret, entry),
    remove: (id, version, entry) => client.call("keysRemove", id, version, entry),
    redigest: (id, from, to) => client.call("keysRedigest", id, from, to),
    used: (uses) => client.call("keysUsed", uses),
  };
}
