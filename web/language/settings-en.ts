/** Words of the page of settings, in English. They come with the page. */
export const settingsEn = {
  title: "Settings",
  state: (version: string, file: string | null) =>
    file === null ? `Pinhole ${version}, without a file` : `Pinhole ${version}, with ${file}`,
  show: "Part",
  shows: {
    settings: "What it runs with",
    policies: "Policies",
    tokens: "Admin tokens",
    doctor: "Examination",
  },
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
  /** Names of findings of the examination, where they are said in other words than the gateway's. */
  findings: {} as Readonly<Record<string, string>>,
  channel: (id: string) => `channel ${id}`,
  policies: {
    title: "Policies and the default model",
    about:
      "What counts for every request, unless a key or the request itself says more. A change counts from the next request on, on every node.",
    value: "Value",
    here: "set here",
    none: "none",
    notSet: (usual: string) => `Not set (${usual})`,
    windowHint: "A duration from 0s to 1h, such as 10s or 5m. Empty: not set.",
    values: {
      true: "yes",
      false: "no",
      drop: "left out, with a warning",
      prompt: "said in the prompt",
    } as Record<string, string>,
    names: {
      default_model: "Default model",
      strict: "Refuse what a model cannot do",
      style: "A style that a model does not have",
      resample: "Resample to sizes that a model does not have",
      variations_as_edits: "Variations as edits",
      successors: "Successors of retired models",
      repeat_window: "Answer repeats without buying again",
    },
    means: {
      default_model: "The model of requests that name none; without it they are refused.",
      strict: "What a model cannot honour is refused, instead of left out with a warning.",
      style: "Whether the style is left out, or asked for in words.",
      resample: "A size that a model does not have is made from one that it has.",
      variations_as_edits: "Models that only edit serve variations too, as edits.",
      successors: "A retired model is served by the one that its card names in its place.",
      repeat_window:
        "How long the same request of the same key is answered from one that may have been billed, instead of made once more.",
    },
  },
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
