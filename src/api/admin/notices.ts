import { z } from "zod";
import { noticeKinds, noticeStates } from "../../core/notice.ts";
import { pageOf } from "../answers.ts";
import { operate, watch } from "./access.ts";
import { pageQuery } from "./requests.ts";
import type { AdminResource } from "./resource.ts";

export const noticeQuery = pageQuery.extend({
  after: pageQuery.shape.before.describe(
    "The id after which the page begins: `next` of the page before.",
  ),
  before: pageQuery.shape.before.describe("The same, under the name of earlier versions."),
  kind: z.enum(noticeKinds).optional(),
  object: z.string().min(1).max(300).optional(),
  state: z.enum(["open", ...noticeStates]).optional(),
  acknowledged: z.enum(["true", "false"]).optional(),
});

const moment = z.iso.datetime();

const notice = z.looseObject({
  id: z.string(),
  kind: z.enum(noticeKinds),
  object: z.string().describe("The budget, the machine, or the channel with its model."),
  period: z.string().nullable().describe("The beginning of the budget's period, or the day."),
  threshold: z.string().nullable().describe("The share of a budget."),
  state: z.enum(noticeStates).describe("`raised`: it has begun; `recovered`: it is over."),
  recovers: z.string().nullable().describe("The notice whose matter is over."),
  title: z.string(),
  text: z.string().describe("A sentence for people, which says what to do."),
  facts: z.record(z.string(), z.string().nullable()),
  created_at: moment,
  ended_at: moment.nullable().describe("When its matter was over; null: it is not."),
  acknowledged_at: moment.nullable(),
});

/** Notices, as the admin API shows them. */
export const noticeResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/notices",
      about:
        "What asks for attention, newest first: `kind`, `object`, `state` (`open`, `raised`, `recovered`) and `acknowledged` choose; `limit` and `after` (an id) make pages.",
      query: noticeQuery,
      answer: "NoticeList",
      access: watch,
    },
    {
      method: "GET",
      path: "/admin/v1/notices/:id",
      about: "One notice.",
      answer: "Notice",
      access: watch,
    },
    {
      method: "POST",
      path: "/admin/v1/notices/:id/acknowledge",
      about: "Notes that somebody has seen to it; a second time changes nothing.",
      answer: "Notice",
      access: operate,
    },
  ],
  schemas: { Notice: notice, NoticeList: pageOf(notice) },
};
