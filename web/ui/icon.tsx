import type { ReactNode } from "react";

/** Drawings of 20 × 20, one stroke wide, by name. */
const drawings = {
  playground: "M3 15.5 8 9l3.5 4 2-2.5 3.5 5M3.5 4h13v12h-13zM13 7.5h.01",
  gallery: "M3.5 3.5h5.5v5.5H3.5zM11 3.5h5.5v5.5H11zM3.5 11h5.5v5.5H3.5zM11 11h5.5v5.5H11z",
  overview: "M3.5 16.5v-5M8 16.5v-9M12.5 16.5v-6M17 16.5v-13",
  requests: "M4 5.5h12M4 10h12M4 14.5h7",
  notices: "M5.5 13.5V9a4.5 4.5 0 0 1 9 0v4.5l1.5 1.5H4zM8.5 17.5h3",
  channels: "M3.5 10h5M11.5 5.5h5M11.5 14.5h5M8.5 10c2 0 1.5-4.5 3-4.5M8.5 10c2 0 1.5 4.5 3 4.5",
  models: "M10 3 16.5 6.5v7L10 17l-6.5-3.5v-7zM3.5 6.5 10 10l6.5-3.5M10 10v7",
  keys: "M12.5 10.5a3.5 3.5 0 1 0-3-2L3.5 14.5v2h3v-2h2v-2l1.5-1.5c.8.4 1.6.5 2.5-.5zM13 7h.01",
  people:
    "M7.5 9.5a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM2.5 16.5c.3-3 2.3-4.5 5-4.5s4.7 1.5 5 4.5M13 4.2a2.7 2.7 0 0 1 0 5.1M14.5 12.3c1.8.6 2.8 2 3 4.2",
  budgets:
    "M10 3v14M13.5 6c-.7-1-2-1.5-3.5-1.5-2 0-3.5 1-3.5 2.7 0 3.8 7.2 1.8 7.2 5.6 0 1.7-1.6 2.7-3.7 2.7-1.8 0-3.2-.7-3.8-2",
  audit: "M5 3.5h7l3 3v10H5zM7.5 9h5M7.5 12h5M7.5 6.5h2",
  settings: "M4 6h7M15 6h1M4 14h1M9 14h7M13 4v4M7 12v4",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  close: "M5 5l10 10M15 5 5 15",
  check: "M4 10.5 8 14.5 16 5.5",
  copy: "M7 7h9v9.5H7zM4 13V3.5h9",
  fold: "M12.5 5 7.5 10l5 5",
  unfold: "M7.5 5l5 5-5 5",
  down: "M5 7.5l5 5 5-5",
  alert: "M10 3 17.5 16.5h-15zM10 8.5v3.5M10 14.2h.01",
  info: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 9.5v4M10 6.8h.01",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l4 4",
  plus: "M10 4v12M4 10h12",
  star: "M10 3.2l2.1 4.3 4.7.7-3.4 3.3.8 4.7-4.2-2.2-4.2 2.2.8-4.7L3.2 8.2l4.7-.7z",
  download: "M10 3.5v9M6 9l4 4 4-4M4 16.5h12",
  brush:
    "M16.5 3.5c-3 1.2-6.5 4.5-8 7l1.5 1.5c2.5-1.5 5.8-5 7-8zM8.3 11.2c-2 .3-2.6 1.4-2.8 2.8-.1 1-.8 1.8-2 2 2.8 1 6.5.5 6.3-3.3",
  eraser: "M8 16.500h8.500M4 12.5 11.5 5l4.5 4.5-6.5 6.500H7zM7.5 9l4.5 4.5",
  rectangle: "M3.5 5.500h13v9h-13z",
  lasso:
    "M10 4c4 0 7 1.8 7 4.300s-3 4.3-7 4.3-7-1.8-7-4.300S6 4 10 4zM6 12c-1.5.600-1.5 2.4 0 2.7 1 .2 1.2 1 .4 2",
  undo: "M7.5 4 3.5 8l4 4M4 8h7.500a4.5 4.5 0 0 1 0 9H9",
  redo: "M12.5 4l4 4-4 4M16 8H8.500a4.5 4.5 0 0 0 0 9H11",
  grip: "M7.5 5h.01M12.5 5h.01M7.5 10h.01M12.5 10h.01M7.5 15h.01M12.5 15h.01",
  off: "M10 3.5v6M6 5.800a6 6 0 1 0 8 0",
  trash: "M4 5.5h12M8 5.500v-2h4v2M5.5 5.500l.8 11h7.400l.8-11M8.500 9v4.500M11.500 9v4.500",
  compare: "M3.5 4h13v12h-13zM10 3v14M6 8.500l-1.200 1.500L6 11.500M14 8.500l1.200 1.500L14 11.500",
  upload: "M10 13V4M6 7.5l4-4 4 4M4 16.5h12",
} as const;

export type IconName = keyof typeof drawings;

/** A drawing beside a word, or alone in a button that has a name of its own. */
export function Icon({
  name,
  size = 20,
}: {
  readonly name: IconName;
  readonly size?: number;
}): ReactNode {
  return (
    <svg
      aria-hidden
      viewBox="0 0 20 20"
      width={size}
      height={size}
      className="shrink-0 fill-none stroke-current stroke-[1.5]"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={drawings[name]} />
    </svg>
  );
}
