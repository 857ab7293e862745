import { z } from "zod";
import { isLoopbackHost } from "../../core/hosts.ts";
import { type Role, roles } from "../../core/role.ts";
import { secretText, webUrl } from "../values.ts";
import { flag } from "../../core/forms.ts";

const issuerForm =
  "an https URL without query, such as https://login.example.com; http on this machine alone";
const values = (role: Role) =>
  z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .meta({
      form: "a list of texts",
      description: `Values of the claim that make a person \`${role}\`.`,
    });

/** `oidc`: an identity provider by which people sign in. */
export const oidcSchema = z.strictObject({
  issuer: webUrl()
    .refine(
      (text) =>
        text?.startsWith("https:") === true ||
        isLoopbackHost(URL.parse(text ?? "")?.hostname ?? ""),
      { error: `must be ${issuerForm}` },
    )
    .meta({
      form: issuerForm,
      description:
        "The identity provider, as its discovery document names it. The address that it sends people back to is `<this gateway>/admin/v1/sign-in/oidc/callback`.",
    }),
  client_id: z.string().min(1).describe("The name by which the provider knows this gateway."),
  client_secret: secretText(1)
    .optional()
    .describe("The client's secret. Not set: a public client, which PKCE protects."),
  name: z
    .string()
    .min(1)
    .max(100)
    .default("Single sign-on")
    .describe("What the button of the sign-in page says."),
  scopes: z
    .array(z.string().regex(/^[!#-[\]-~]+$/))
    .min(1)
    .default(["openid", "profile", "email"])
    .meta({ form: "a list of scopes", description: "Scopes to ask for; `openid` is among them." }),
  role_claim: z
    .string()
    .min(1)
    .default("roles")
    .describe(
      "The claim that says what a person is, a text or a list of texts; dots lead into groups, such as `realm_access.roles`. It is read at each sign-in.",
    ),
  roles: z
    .strictObject({
      owner: values("owner"),
      admin: values("admin"),
      operator: values("operator"),
      viewer: values("viewer"),
      team_admin: values("team_admin"),
      key_holder: values("key_holder"),
    })
    .prefault({})
    .describe(
      "Values of the claim by role. Of several that fit, the role that stands first counts.",
    ),
  default_role: z
    .enum(roles)
    .exclude(["owner", "admin", "team_admin"])
    .optional()
    .describe("The role of people whom no value names. Not set: they do not come in."),
  team_claim: z
    .string()
    .min(1)
    .optional()
    .describe("The claim that holds the id of the team, for people who become `team_admin`."),
  link_by_email: flag(
    "A person who has signed in by other means is taken for the provider's where the provider says that it has verified the e-mail address that is their login. Switch it on only for a provider that verifies all addresses.",
  ),
});
