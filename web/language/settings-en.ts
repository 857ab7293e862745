/** Words of the page of settings, in English. They come with the page. */
export const settingsEn = {
  title: "Settings",
  state: (version: string, file: string | null) =>
    file === null ? `Pinhole ${version}, without a file` : `Pinhole ${version}, with ${file}`,
  show: "Part",
  shows: { settings: "What it runs with", tokens: "Admin tokens", doctor: "Examination" },
  about:
    "What the file and the environment set is changed there, and read at a start or a reload. Credentials are not shown.",
  standing: "by itself",
  nothing: "not set",
  all: "also what stands by itself",
  heads: ["Setting", "Value", "From"],
  tables: { settings: "Settings", tokens: "Admin tokens" },
  general: "General",
  examine: "Examine it now",
  examineAbout:
    "Looks at the database, disk, clock, each upstream by what is free to ask, and what stands in front. Nothing is bought; it takes half a minute at most.",
  examining: "Looking at everything",
  found: { ok: "well", warning: "to be seen to", fault: "at fault" },
  tokens: {
    about: "Tokens let programs administer. The installation's own is not among them.",
    none: "There is no admin token yet.",
    create: "New token",
    make: "Make the token",
    name: "Name",
    role: "Role",
    team: "Team that it manages",
    ends: "Ends",
    endsHint: "A moment such as 2027-06-01T00:00:00Z. Empty: never.",
    until: (when: string) => `until ${when}`,
    never: "never ends",
    once: "This is the token. It is shown this once and kept nowhere: copy it now.",
    haveIt: "I have it",
    remove: "Remove",
    removeOne: (name: string) => `Remove ${name}`,
    removeMeans:
      "It opens nothing from then on, on every node. What it changed stays in the audit.",
  },
};

/** The shape that every other language must have. */
export type SettingsWords = typeof settingsEn;
