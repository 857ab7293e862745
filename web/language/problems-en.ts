/** Words for what goes wrong and what to do about it, in English. */
export const problemWords = {
  unreachable: "The gateway does not answer",
  unreachableRemedy:
    "It may be starting again. This page keeps what you wrote and comes back by itself.",
  line: {
    away: "The gateway does not answer. It may be starting again; this page keeps what you wrote and comes back by itself. If it stays away, its log says why.",
    stopping:
      "The gateway is stopping. This page keeps what you wrote and comes back by itself when it has started again.",
    database:
      "The gateway cannot reach its database. Nothing is made until then; this page keeps what you wrote and goes on by itself. On the gateway's machine, pinhole doctor says why.",
    images:
      "The gateway has no room for pictures, or cannot reach their store. Make room, or see that the store answers; on its machine, pinhole doctor says which.",
  },
  back: "The gateway is back.",
  /** The meaning of errors by their codes, for languages that the gateway does not speak. */
  codes: {} as Readonly<Record<string, string>>,
  /** The label of a text that stands in the gateway's own language. */
  original: "",
  remedies: {
    budget_exceeded: "Give its key, user or team a larger budget, or wait until the next period.",
    upstream_credentials: "Put a valid credential into the channel.",
    upstream_refused_credentials: "Put a valid credential, or money, into the account upstream.",
    no_channel_available: "Add a channel for this model, or room to those that there are.",
    model_not_found: "Add a channel that serves this name, or an alias.",
    model_not_allowed: "Allow the model to the key.",
    upstream_timeout: "Raise the channel's timeout, or retry: nobody knows whether it was made.",
    upstream_failed:
      "What the channel answered stands with the request's attempts; another channel for this model would have taken over.",
    storage_full: "Make room where the images are kept: delete saved ones, or give it more disk.",
    storage_unavailable: "See that the image store answers.",
    moderation_blocked: "Ask for something else: the provider refused the prompt or a picture.",
    outcome_unknown: "Look at the upstream's own records: it may have been made and billed.",
    rate_limit_exceeded: "Raise the key's limits, or ask less often.",
    no_price: "Set the model's price; until then budgets count the most that is known.",
  } as Record<string, string>,
  remedyOfOthers: "Those who run this gateway can do this.",
  goTo: (place: string) => `Go to ${place}`,
  sessionEnded: "Sign in again",
  sessionEndedMeans:
    "Your session has ended. Nothing of this page is lost: sign in, then go on where you were.",
  somebodyElse: "I am somebody else",
  failed: "This could not be loaded",
  notFound: "There is no such page",
  notFoundRemedy: "The address may be old, or your role may not see it.",
  home: "Go to the start",
  requestId: (id: string) => `Request ${id}`,
};
