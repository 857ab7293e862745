// Adds to package-lock.json the prebuilt packages of other platforms that npm left out because the registry
// at hand does not carry them. Without them `npm ci` fails everywhere: it wants an entry for every optional
// dependency. Run it after npm has changed the lockfile: node scripts/complete-lockfile.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = fileURLToPath(new URL("../package-lock.json", import.meta.url));
const lock = JSON.parse(readFileSync(path, "utf8"));

/** Where npm would look for a dependency of the package at `from`, nearest first. */
function* places(from, name) {
  let at = from;
  while (at !== "") {
    yield `${at}/node_modules/${name}`;
    at = at.includes("/node_modules/") ? at.slice(0, at.lastIndexOf("/node_modules/")) : "";
  }
  yield `node_modules/${name}`;
}

/** Platform fields as the names of prebuilt packages say them: `binding-linux-arm64-musl`. */
function platform(name) {
  const match = /(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-([a-z]+))?$/.exec(
    name,
  );
  if (match === null) throw new Error(`${name} does not say which platform it is for.`);
  const [, os, cpu, abi] = match;
  const libc =
    os === "linux" && abi !== undefined ? [abi.startsWith("musl") ? "musl" : "glibc"] : undefined;
  return { cpu: [cpu], ...(libc === undefined ? {} : { libc }), os: [os] };
}

let added = 0;
for (const [from, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const isExact = /^\d/.test(version);
    const found = [...places(from, name)].some((place) => {
      const present = lock.packages[place];
      return present !== undefined && (!isExact || present.version === version);
    });
    if (found) continue;
    // A nested copy belongs beside the package that wants it, a hoisted one at the top.
    const parent = from.slice(0, Math.max(0, from.lastIndexOf("/node_modules/")));
    const place = parent === "" ? `node_modules/${name}` : `${parent}/node_modules/${name}`;
    const dev = entry.dev === true ? { dev: true } : {};
    lock.packages[place] = {
      version,
      ...platform(name),
      ...dev,
      license: entry.license,
      optional: true,
    };
    added += 1;
  }
}
const sorted = Object.entries(lock.packages).toSorted(([one], [other]) => (one < other ? -1 : 1));
lock.packages = Object.fromEntries(sorted);
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} entries added.`);
