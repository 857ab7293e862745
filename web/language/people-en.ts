/** Words of the page of people, users and teams, in English. They come with the page. */
export const peopleEn = {
  title: "People",
  shows: { people: "People", users: "Users", teams: "Teams" },
  show: "Kind",
  state: (people: number, users: number, teams: number) =>
    `${people === 1 ? "1 person signs in" : `${people} people sign in`}, ${users === 1 ? "1 user" : `${users} users`}, ${teams === 1 ? "1 team" : `${teams} teams`}`,
  teamState: (users: number) =>
    users === 1 ? "1 user in your team" : `${users} users in your team`,
  invite: "Invite somebody",
  newUser: "New user",
  newTeam: "New team",
  tables: {
    people: "People who sign in",
    users: "Users: those whom keys and budgets belong to",
    teams: "Teams of users and keys",
  },
  none: {
    people: "Nobody else signs in yet. Whom you invite gets a link that opens once.",
    users:
      "There is no user yet. A user is what keys and budgets belong to: somebody, or a program.",
    teams: "There is no team yet. What its users and keys spend counts for the team as well.",
  },
  commands: {
    people: "pinhole people create --login bob@example.com --name Bob --role operator",
    users: "pinhole users create --id ann --name Ann",
    teams: "pinhole teams create --id art --name 'Art department'",
  },
  columns: {
    name: "Name",
    role: "Role",
    user: "User",
    state: "State",
    signedIn: "Last signed in",
    team: "Team",
    models: "Models",
    budget: "Budget",
    users: "Users",
  },
  states: { invited: "invited", active: "active", disabled: "disabled" },
  never: "never",
  you: "you",
  person: {
    name: "Name",
    login: "Name or e-mail address to sign in with",
    loginHint: "Capitals do not matter.",
    role: "Role",
    roleNotes: {
      owner: "Everything, other owners included",
      admin: "Everything but owners",
      operator: "Channels, models, requests, notices and usage",
      viewer: "Looks at the same, and makes nothing",
      team_admin: "Keys and budgets of one team",
      key_holder: "Makes pictures, and sees their own",
    },
    team: "Team that they manage",
    chooseTeam: "Choose a team",
    user: "User that they are",
    userHint: "Its models, limits and budgets hold for what they make here. One person's at most.",
    noUser: "None",
    joined: (when: string) => `Came in first ${when}`,
    notJoined: (when: string) => `Invited ${when}, has not come in yet`,
    signedIn: (when: string) => `signed in last ${when}`,
    own: "This is you",
    ownMeans:
      "Nobody changes their own role, user or team, or takes themselves out; ask another owner or administrator.",
    owner: "An owner",
    ownerMeans: "Only an owner changes or removes an owner.",
    linkHeading: "Coming in",
    link: "Make a new link",
    linkMeans:
      "For a lost password or a link that has ended: they set a new password, their passkeys are removed and all their sessions end. An older link opens nothing any more.",
    linkReady: "This link is shown this once. Hand it over yourself: it opens once.",
    linkUntil: (when: string) => `It opens until ${when}.`,
    linkFor: (name: string) => `A link for ${name}`,
    haveIt: "I have it",
    access: "Access",
    disable: "Disable",
    disableOne: (name: string) => `Disable ${name}`,
    disableMeans: (user: string | undefined) =>
      user === undefined
        ? "All their sessions end at once, and they cannot sign in. Enabling brings no session back."
        : `All their sessions end at once, they cannot sign in, and the keys of the user ${user} stop within seconds. Enabling brings back the keys that were good, and no session.`,
    isDisabled: "They cannot sign in, and the keys of their user are stopped.",
    enable: "Enable",
    remove: "Remove",
    removeOne: (name: string) => `Remove ${name}`,
    removeMeans: [
      "Their sessions, passkeys and ways to sign in are gone at once; this cannot be undone.",
      "Their requests and what they spent stay in records and books, by their id.",
    ],
    removeKeys: (user: string, keys: number) =>
      keys === 0
        ? `The user ${user} stays, without keys.`
        : `${keys === 1 ? "The key" : `The ${keys} keys`} of the user ${user} stop, and stay stopped until another person is that user.`,
    removePictures: "Pictures made here that they do not keep expire as they would have.",
    kept: (pictures: number, size: string) =>
      `They keep ${pictures === 1 ? "1 picture" : `${pictures} pictures`} (${size})`,
    keptExpire: "Let them expire",
    keptDelete: "Delete them now",
    keptHandOver: "Hand them over",
    keptTo: "To",
    keptMeans: {
      expire: "They end as if they had been made today, and nobody can open them in the console.",
      delete: "They are gone at once, with those that would have expired; this cannot be undone.",
      hand_over: "The other person keeps them, with their prompts, and their quota counts them.",
    },
  },
  owner: {
    id: "Id",
    idHint: "Letters, digits, dots, hyphens and underscores. It stays: records and books name it.",
    name: "Name",
    nameHint: "What people call it. Empty: its id.",
    team: "Team",
    noTeam: "None",
    models: "Models",
    modelsHint:
      "Names, with commas between them; a * at the end stands for the rest, alone for all.",
    limits: "Limits of all its keys together",
    limitsHint: "Empty: no limit.",
    rpm: "Requests a minute",
    ipm: "Images a minute",
    ipd: "Images a day",
    labels: "Labels",
    labelsHint: "For reports of usage, with commas between them, such as project=fox.",
    markup: "Markup",
    markupHint: "What the team is charged, from what a picture costs. Empty: as elsewhere.",
    times: "Cost times",
    perImage: "And dollars an image",
    create: { user: "Make the user", team: "Make the team" },
    disableMeans: {
      user: "All keys of this user are refused from now on, until it is enabled again. It stays, since records and books name it.",
      team: "All keys of this team and of its users are refused from now on, until it is enabled again. It stays, since records and books name it.",
    },
    isDisabled: {
      user: "All keys of this user are refused.",
      team: "All keys of this team and of its users are refused.",
    },
    usersOf: (n: number) => (n === 1 ? "1 user" : `${n} users`),
    showUsers: "Its users",
    usersOfTeam: (team: string) => `Users of the team ${team}`,
    showRequests: "Its requests",
    budgetOnly: "You change the budgets of your team's users",
    budgetOnlyMeans: "All else is for an owner or administrator.",
    teamOnly: "Your team",
    teamOnlyMeans: "An owner or administrator sets what it may do.",
  },
  allModels: "All",
  noBudget: "None of its own",
  back: "Show all",
};

/** The shape that every other language must have. */
export type PeopleWords = typeof peopleEn;
