import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import { Icon, type IconName } from "./icon.tsx";
import { Sentence } from "./sentence.tsx";

export type Tone = "good" | "warn" | "bad" | "info";

const icons: Readonly<Record<Tone, IconName>> = {
  good: "check",
  warn: "alert",
  bad: "alert",
  info: "info",
};
const tones: Readonly<Record<Tone, string>> = {
  good: "text-good",
  warn: "text-warn",
  bad: "text-bad",
  info: "text-info",
};

/** A sentence that wants attention, with an icon and a word, never by colour alone. */
export function Message({
  tone,
  title,
  children,
  action,
}: {
  readonly tone: Tone;
  readonly title: string;
  readonly children?: ReactNode;
  /** The remedy as a button or a link. */
  readonly action?: ReactNode;
}): ReactNode {
  return (
    <div
      role={tone === "bad" ? "alert" : "status"}
      className="flex gap-3 rounded-panel border border-line bg-raised p-4"
    >
      <span className={classNames("pt-0.5", tones[tone])}>
        <Icon name={icons[tone]} />
      </span>
      <div className="flex min-w-0 flex-col gap-1">
        <p className="font-semibold">
          <Sentence text={title} />
        </p>
        {children === undefined ? null : <div className="text-soft">{children}</div>}
        {action === undefined ? null : <div className="pt-2">{action}</div>}
      </div>
    </div>
  );
}
