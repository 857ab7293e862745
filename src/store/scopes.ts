/** Users of the configuration file, who count before rows of the same id: each with the team that it has. */
export type FileUsers = readonly { readonly id: string; readonly teamId: string | null }[];

/** The keys of one team: its own, and those of its users. */
export interface TeamScope {
  readonly teamId: string;
  readonly fileUsers: FileUsers;
}

/** The requests of one team's keys, of one person's, or of one user's, whoever is that user. `fileKeys`: keys of the file that are among them. */
export type RequestScope =
  | (TeamScope & { readonly of: "team"; readonly fileKeys: readonly string[] })
  | { readonly of: "user"; readonly userId: string; readonly fileKeys: readonly string[] }
  | {
      readonly of: "person";
      readonly personId: string;
      readonly userId: string | null;
      readonly fileKeys: readonly string[];
    };
