/** The kinds by which the audit is filtered, in English. */
export const auditResources: Readonly<Record<string, string>> = {
  key: "Keys",
  team: "Teams",
  user: "Users",
  person: "People",
  token: "Admin tokens",
  session: "Sign-ins",
  passkey: "Passkeys",
  channel: "Channels",
  alias: "Aliases",
  policy: "Policies",
  price: "Prices",
  money: "Settings of money",
  correction: "Corrections",
  notice: "Notices",
  end_user: "End users",
  request: "Looks at requests",
};
