import { createHmac } from "node:crypto";
import { noticeJson } from "../../api/admin/notice-json.ts";
import type { Notice } from "../../core/notice.ts";
import { type NoticeForm, type NoticeTarget, signingKey } from "../../core/notice-target.ts";
import { noticeWords } from "../../core/notice-words.ts";
import type { NoticeMessage } from "../../net/egress.ts";

/** A notice as a target takes it. `at`: the time of this try, Unix milliseconds. */
export function messageOf(notice: Notice, target: NoticeTarget, at: number): NoticeMessage {
  const body = JSON.stringify(bodies[target.form](notice));
  const key = target.secret === undefined ? undefined : signingKey(target.secret.reveal());
  return { headers: key === undefined ? {} : signed(notice.id, body, key, at), body };
}

/** The headers of Standard Webhooks: a receiver knows repeats by the id, and old ones by the time. */
function signed(
  id: string,
  body: string,
  key: Buffer,
  at: number,
): Readonly<Record<string, string>> {
  const seconds = String(Math.floor(at / 1000));
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": seconds,
    "webhook-signature": `v1,${signature}`,
  };
}

const bodies: Readonly<Record<NoticeForm, (notice: Notice) => unknown>> = {
  standard: (notice) => ({
    type: `notice.${notice.state}`,
    timestamp: new Date(notice.createdAt).toISOString(),
    data: noticeJson(notice),
  }),
  slack(notice) {
    const { title, text } = noticeWords(notice);
    return { text: `*${slackText(title)}*\n${slackText(text)}` };
  },
  teams(notice) {
    const { title, text } = noticeWords(notice);
    const block = { type: "TextBlock", wrap: true };
    const content = {
      $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
      type: "AdaptiveCard",
      version: "1.4",
      body: [
        { ...block, text: plainMarkdown(title), weight: "Bolder", size: "Medium" },
        { ...block, text: plainMarkdown(text) },
      ],
    };
    const contentType = "application/vnd.microsoft.card.adaptive";
    return { type: "message", attachments: [{ contentType, contentUrl: null, content }] };
  },
};

/** A text in which nothing mentions anybody or is a link. */
function slackText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A text in which nothing is a link, a list or emphasis. */
function plainMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>#]/g, String.raw`\$&`);
}
