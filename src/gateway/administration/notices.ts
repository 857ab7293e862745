import { noticeJson } from "../../api/admin/notice-json.ts";
import type { Changer } from "../../core/audit.ts";
import { PinholeError } from "../../core/errors.ts";
import type { Notice } from "../../core/notice.ts";
import type { NoticeDelivery, NoticePage } from "../../store/notice-records.ts";
import type { Store } from "../../store/store.ts";

/** The use cases of operators with notices. */
export interface NoticeAdministration {
  /** The newest first. */
  list(page: NoticePage): Promise<readonly Notice[]>;
  /** Throws not_found. */
  get(id: string): Promise<Notice & { readonly deliveries: readonly NoticeDelivery[] }>;
  /** Notes that somebody has seen to it; a second time changes nothing. Throws not_found. */
  acknowledge(by: Changer, id: string): Promise<Notice>;
}

/** The parts that administration of notices works with. */
export interface NoticeParts {
  readonly store: {
    readonly notices: Pick<Store["notices"], "list" | "get" | "acknowledge">;
    readonly deliveries: Pick<Store["deliveries"], "of">;
  };
  readonly now: () => number;
  readonly newId: (prefix: string) => string;
}

/** Opens administration of notices. */
export function administerNotices({ store, now, newId }: NoticeParts): NoticeAdministration {
  const known = (notice: Notice | undefined): Notice => {
    if (notice !== undefined) return notice;
    throw new PinholeError("not_found", { message: "There is no notice with this id." });
  };
  return {
    list: (page) => store.notices.list(page),
    async get(id) {
      const notice = known(await store.notices.get(id));
      return { ...notice, deliveries: await store.deliveries.of(id) };
    },
    async acknowledge(by, id) {
      const notice = known(await store.notices.get(id));
      const at = now();
      const entry = {
        ...by,
        id: newId("aud"),
        at,
        action: "acknowledge",
        resource: "notice",
        resourceId: id,
        before: JSON.stringify(noticeJson(notice)),
        after: JSON.stringify(noticeJson({ ...notice, acknowledgedAt: at })),
      };
      return known(await store.notices.acknowledge(id, entry));
    },
  };
}
