import type { Role } from "../api/session.ts";
import { type PlacePath, groupsOf } from "./places.ts";

/** Letters that go to a page after G. */
const goKeys: Readonly<Record<string, string>> = {
  m: "/make",
  g: "/gallery",
  o: "/overview",
  r: "/requests",
  c: "/channels",
  k: "/keys",
};
/** The page of a letter after G, where the role may see it. */
export function pathOf(key: string, role: Role): PlacePath | undefined {
  const wanted = goKeys[key.toLowerCase()];
  return groupsOf(role)
    .flatMap(({ places }) => places)
    .find(({ path }) => (path as string) === wanted)?.path;
}

/** The letters after G that lead somewhere for a role. */
export function goKeysOf(
  role: Role,
): readonly { readonly key: string; readonly path: PlacePath }[] {
  return Object.keys(goKeys).flatMap((key) => {
    const path = pathOf(key, role);
    return path === undefined ? [] : [{ key: key.toUpperCase(), path }];
  });
}
