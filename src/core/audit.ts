/** The maker of a change. */
export interface Changer {
  /** `admin` for the admin token. */
  readonly who: string;
  /** The address that the request came from; null: the gateway itself. */
  readonly address: string | null;
  /** The request that asked for it; null: the gateway itself. */
  readonly requestId: string | null;
}

/** A change as it is written down with what it changed, in one commit. */
export interface AuditEntry extends Changer {
  readonly id: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** `create`, `change`, `disable`, … */
  readonly action: string;
  /** The kind of what was changed: `team`. */
  readonly resource: string;
  readonly resourceId: string;
  /** JSON as the admin API shows it, without secrets; null: there was none. */
  readonly before: string | null;
  readonly after: string | null;
}
