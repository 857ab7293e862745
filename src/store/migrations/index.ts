import { first } from "./0001-first.ts";
import { recovery } from "./0002-recovery.ts";
import { keyLimits } from "./0003-key-limits.ts";
import { fewerTrees } from "./0004-fewer-trees.ts";
import { owners } from "./0005-owners.ts";
import { money } from "./0006-money.ts";
import { priceVersions } from "./0007-price-versions.ts";
import { totals } from "./0008-totals.ts";
import { people } from "./0009-people.ts";
import { notices } from "./0010-notices.ts";
import { administration } from "./0011-administration.ts";
import { books } from "./0012-books.ts";
import { keys } from "./0013-keys.ts";
import { noticeDeliveries } from "./0014-notice-deliveries.ts";
import { waysIn } from "./0015-ways-in.ts";
import { nodes } from "./0016-nodes.ts";
import { resources } from "./0017-resources.ts";
import { traces } from "./0018-traces.ts";
import { labels } from "./0019-labels.ts";
import { corrections } from "./0020-corrections.ts";
import { savedPictures } from "./0021-saved-pictures.ts";
import { passkeys } from "./0022-passkeys.ts";
import { files } from "./0023-files.ts";
import { leftPictures } from "./0024-left-pictures.ts";
import { answers } from "./0025-answers.ts";
import { colours } from "./0026-colours.ts";
import { makers } from "./0027-makers.ts";
import type { Migration } from "./migration.ts";

/** Every migration, oldest first. */
export const migrations: readonly Migration[] = [
  first,
  recovery,
  keyLimits,
  fewerTrees,
  owners,
  money,
  priceVersions,
  totals,
  people,
  notices,
  administration,
  books,
  keys,
  noticeDeliveries,
  waysIn,
  nodes,
  resources,
  traces,
  labels,
  corrections,
  savedPictures,
  passkeys,
  files,
  leftPictures,
  answers,
  colours,
  makers,
];
