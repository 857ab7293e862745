import { consoleKeyPrefix, type KeyRecord } from "../../core/key.ts";
import type { Changer } from "../../core/audit.ts";
import type { Caller, Scope, Sight } from "../../core/role.ts";
import type { Calendar } from "../../money/calendar.ts";
import type { SearchPage } from "../../store/commands/request-search.ts";
import type { RestingPicture } from "../../store/gallery-records.ts";
import type { RequestFilter, RequestLine } from "../../store/request-filter.ts";
import type { RequestRecord } from "../../store/request-records.ts";
import type { RequestScope } from "../../store/scopes.ts";
import type { Store } from "../../store/store.ts";
import { type RequestStatistics, requestStatistics } from "./request-statistics.ts";
import type { Served } from "./served.ts";
import { createLooks } from "./looks.ts";
import { consoleOwner, keyOwner, type Seen, seenBy } from "./seen.ts";
import { isOfTeam, teamScope } from "./team-scope.ts";

export type { RequestLine } from "../../store/request-filter.ts";
export type { RequestStatistics } from "./request-statistics.ts";

/** The requests that somebody looks for, in the words of the admin API. */
export interface RequestQuestion extends Omit<RequestFilter, "scopes"> {
  readonly user?: string | undefined;
  readonly team?: string | undefined;
}

/** Request records as the administration shows them. */
export interface RequestAdministration {
  /** A page of those that match, the newest first. */
  list(question: RequestQuestion, page: SearchPage, scope: Scope): Promise<RequestRecord[]>;
  /** Undefined also for one that is outside the scope: nobody learns that it is there. */
  get(id: string, scope: Scope): Promise<RequestRecord | undefined>;
  /** All that match in pieces, the newest first. */
  lines(question: RequestQuestion, scope: Scope): AsyncGenerator<readonly RequestLine[]>;
  /** Numbers of those that match. `timesAlone`: by time only, which is quick. */
  statistics(
    question: RequestQuestion,
    scope: Scope,
    timesAlone: boolean,
  ): Promise<RequestStatistics>;
  /** The requests whose prompts and pictures a caller is shown. */
  seenBy(caller: Caller): Promise<Seen>;
  /** Writes into the audit that others' prompts and pictures are shown to somebody, once an hour for each request, or for the list. */
  look(by: Changer, requestId: string | undefined): Promise<void>;
  /** The names of keys by their ids, those of people in the console too; what is gone has none. */
  keyNames(): Promise<ReadonlyMap<string, string>>;
}

/** The parts that it works with. */
interface RequestAdministrationParts {
  readonly store: Pick<Store, "requests" | "requestSearch" | "people" | "audit">;
  readonly calendar: Calendar;
  readonly sight: Sight;
  readonly colours: { looked(pictures: readonly RestingPicture[]): void };
  readonly now: () => number;
  readonly newId: (prefix: string) => string;
}

type Owners = Pick<Served, "declared" | "declaredOwners" | "owners">;

export function administerRequests(
  parts: RequestAdministrationParts,
  served: Owners,
  keys: () => Promise<readonly KeyRecord[]>,
): RequestAdministration {
  const { requests, requestSearch, people } = parts.store;
  const looked = <T extends readonly RequestRecord[]>(records: T): T => {
    parts.colours.looked(
      records.flatMap(({ id, pictures }) => pictures.map((one) => ({ ...one, requestId: id }))),
    );
    return records;
  };
  const looks = createLooks(parts);
  return {
    async list(question, page, scope) {
      const filter = filterFor(served, question, scope);
      const asksMore = Object.values(question).some((value) => value !== undefined);
      if (asksMore || page.after !== undefined)
        return looked(await requestSearch.find(filter, page));
      const { limit, before } = page;
      return looked(await requests.list({ limit, before, scope: storedScope(served, scope) }));
    },
    async get(id, scope) {
      const record = await requests.get(id, storedScope(served, scope));
      if (record !== undefined) looked([record]);
      return record;
    },
    lines: (question, scope) => requestSearch.lines(filterFor(served, question, scope)),
    statistics: (question, scope, timesAlone) =>
      requestStatistics(parts, filterFor(served, question, scope), timesAlone),
    seenBy: async (caller) =>
      seenBy(parts.sight, caller, served.owners, [
        ...(await keys()).map(keyOwner),
        ...(await people.all()).map(consoleOwner),
      ]),
    look: (by, requestId) => looks.note(by, requestId),
    async keyNames() {
      return new Map([
        ...(await keys()).map(({ id, name }) => [id, name] as const),
        ...(await people.all()).map(({ id, name }) => [consoleKeyPrefix + id, name] as const),
      ]);
    },
  };
}

/** The filter of the store: users and teams are those of their keys, as these belong to them now. */
function filterFor(
  served: Owners,
  { user, team, ...filter }: RequestQuestion,
  scope: Scope,
): RequestFilter {
  const own = storedScope(served, scope);
  return {
    ...filter,
    scopes: [
      ...(own === undefined ? [] : [own]),
      ...(user === undefined ? [] : [userScope(served, user)]),
      ...(team === undefined ? [] : [wholeTeamScope(served, team)]),
    ],
  };
}

/** The part of the requests that a caller may see; undefined: all. */
function storedScope(served: Owners, scope: Scope): RequestScope | undefined {
  if (scope.of === "all") return undefined;
  if (scope.of === "team") return wholeTeamScope(served, scope.teamId);
  const { userId } = scope;
  return { ...scope, fileKeys: userId === null ? [] : fileKeysOfUser(served, userId) };
}

function userScope(served: Owners, userId: string): RequestScope {
  return { of: "user", userId, fileKeys: fileKeysOfUser(served, userId) };
}

function wholeTeamScope(served: Owners, teamId: string): RequestScope {
  const ofTeam = served.declared.filter(({ view }) => isOfTeam(served, teamId, view));
  const fileKeys = ofTeam.map(({ view }) => view.id);
  return { of: "team", ...teamScope(served, teamId), fileKeys };
}

function fileKeysOfUser({ declared }: Owners, userId: string): string[] {
  return declared.filter(({ view }) => view.userId === userId).map(({ view }) => view.id);
}
