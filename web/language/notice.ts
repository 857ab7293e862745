/** A thing that asks for attention. */
export interface Notice {
  readonly id: string;
  readonly kind: string;
  readonly object: string;
  readonly threshold: string | null;
  readonly state: "raised" | "recovered";
  readonly title: string;
  readonly text: string;
  readonly facts: Readonly<Record<string, string | null>>;
  readonly created_at: string;
  readonly ended_at: string | null;
  readonly acknowledged_at: string | null;
}

/** A notice in words. */
export interface NoticeTelling {
  readonly title: string;
  readonly text: string;
}
