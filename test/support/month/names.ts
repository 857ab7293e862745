import { providers } from "../../../src/providers/index.ts";
import { providerNamesZh } from "../../../web/language/provider-words-zh.ts";
import { trafficKeys, trafficPrompts } from "../traffic.ts";
import { housePeople, houseSettings } from "./house.ts";
import { draftPrompts } from "./month.ts";
import { paintedPrompts } from "./pictures.ts";

const providerNames = await Promise.all(
  providers.map(async ({ load }) => (await load()).default.name),
);

/** Texts of a month's house that are somebody's or something's own, in whatever language a page is: names, prompts, marks. */
export const monthNames: readonly string[] = [
  ...[...trafficKeys, ...houseSettings.teams, ...houseSettings.users, ...housePeople].map(
    ({ name }) => name,
  ),
  ...trafficPrompts,
  ...draftPrompts,
  ...paintedPrompts,
  ...providerNames,
  ...Object.values(providerNamesZh),
  "Authorization: Bearer",
  "Entra ID",
  "Ada",
  "Owner",
  "Pinhole",
  "Node",
  "Python",
  "English",
  "Enter",
  "Shift",
  "Esc",
];
