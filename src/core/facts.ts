/** Parts of a provider that a live call can confirm, each by itself. */
export const factParts = ["generation", "edit", "mask", "errors", "cost"] as const;

/** The ground that a provider's facts stand on. Days are YYYY-MM-DD. */
export interface Facts {
  /** The day on which the vendor's documentation was read. */
  readonly documentation: string;
  /** Parts that a live call has confirmed since, with its day. */
  readonly live?: Readonly<Partial<Record<(typeof factParts)[number], string>>>;
}
