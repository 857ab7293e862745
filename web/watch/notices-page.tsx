import {
  infiniteQueryOptions,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { useNavigate, useRouteContext, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ask } from "../api/ask.ts";
import { openNoticesQuery } from "../frame/notice-count.ts";
import { useWords } from "../language/language.tsx";
import type { Notice } from "../language/notice.ts";
import { Aperture } from "../ui/aperture.tsx";
import { Button } from "../ui/button.tsx";
import { Choice } from "../ui/choice.tsx";
import { classNames } from "../ui/class-names.ts";
import { Icon } from "../ui/icon.tsx";
import { EmptyState, Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";
import { MoreButton } from "../ui/more-button.tsx";
import { RemedyLink } from "../ui/remedy.tsx";
import { Sentence } from "../ui/sentence.tsx";
import { useFigures } from "./figures.ts";
import { queryOf } from "./requests.ts";
import { useWatchWords } from "./words.ts";

const pageLines = 50;

const noticesQuery = (show: "open" | "all") =>
  infiniteQueryOptions({
    queryKey: ["notices", show],
    initialPageParam: undefined as string | undefined,
    async queryFn({ pageParam: before, signal }): Promise<readonly Notice[]> {
      const state = show === "open" ? "open" : undefined;
      const query = queryOf({ limit: pageLines, before, state });
      return (
        await ask<{ data: readonly Notice[] }>("GET", `/admin/v1/notices?${query}`, { signal })
      ).data;
    },
    getNextPageParam: (last) => (last.length < pageLines ? undefined : last.at(-1)?.id),
  });

/** The page of what asks for attention, and of what did. */
export function NoticesPage(): ReactNode {
  const words = useWatchWords().notices;
  const { loading } = useWords();
  const { show = "open" }: { readonly show?: "open" | "all" } = useSearch({
    from: "/inside/notices",
  });
  const navigate = useNavigate();
  const list = useInfiniteQuery(noticesQuery(show));
  const notices = list.data?.pages.flat() ?? [];
  const open = notices.filter((one) => one.state === "raised" && one.ended_at === null);
  return (
    <Page
      title={words.title}
      state={list.data === undefined ? undefined : words.state(open.length)}
      action={
        <Choice
          isBar
          label={words.show}
          value={show}
          options={(["open", "all"] as const).map((value) => ({ value, text: words.shows[value] }))}
          onChange={(next) =>
            void navigate({ to: "/notices", search: next === "all" ? { show: "all" } : {} })
          }
        />
      }
    >
      {list.error === null ? null : (
        <Problem error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {list.data !== undefined && notices.length === 0 ? (
        <EmptyState
          sentence={show === "open" ? words.none : words.noneEver}
          command="notices: { targets: [{ url: https://hooks.example.com/pinhole, secret: ${HOOK_SECRET} }] }"
        />
      ) : null}
      <ul className="flex flex-col">
        {notices.map((notice) => (
          <NoticeLine key={notice.id} notice={notice} />
        ))}
      </ul>
      <MoreButton list={list}>{words.more}</MoreButton>
    </Page>
  );
}

const operators: ReadonlySet<string> = new Set(["owner", "admin", "operator"]);

/** Codes of errors whose remedy is a notice's too. */
const faultOf: Readonly<Record<string, string>> = {
  budget_threshold: "budget_exceeded",
  budget_exceeded: "budget_exceeded",
  price_unknown: "no_price",
};

function NoticeLine({ notice }: { readonly notice: Notice }): ReactNode {
  const words = useWatchWords().notices;
  const figures = useFigures();
  const { session } = useRouteContext({ from: "/inside" });
  const { state, created_at: created, ended_at: ended, acknowledged_at: seen } = notice;
  const { title, text } = words.told(notice) ?? notice;
  const isOver = state === "recovered" || ended !== null;
  const maySee = operators.has(session.caller.role) && !isOver && seen === null;
  return (
    <li className="flex gap-4 border-b border-line py-4">
      <span
        className={classNames(
          "pt-0.5",
          isOver ? "text-good" : seen === null ? "text-warn" : "text-soft",
        )}
      >
        <Icon name={isOver ? "check" : "alert"} />
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <span className={classNames("font-medium", isOver && "text-soft")}>{title}</span>
          <span className="text-label text-soft">{isOver ? words.ended : words.open}</span>
        </p>
        <p className="max-w-prose text-soft">
          <Sentence text={text} />
        </p>
        <p className="text-label text-soft">
          <time dateTime={created}>{words.since(figures.moment(created))}</time>
          {ended === null ? null : ` · ${words.over(figures.moment(ended))}`}
          {seen === null ? null : ` · ${words.acknowledged(figures.moment(seen))}`}
        </p>
      </div>
      <div className="flex shrink-0 flex-wrap justify-end gap-2 self-center max-phone:flex-col">
        {isOver ? null : <RemedyLink code={faultOf[notice.kind] ?? ""} />}
        {maySee ? <Acknowledge id={notice.id} title={title} /> : null}
      </div>
    </li>
  );
}

function Acknowledge({ id, title }: { readonly id: string; readonly title: string }): ReactNode {
  const words = useWatchWords().notices;
  const queries = useQueryClient();
  const seeing = useMutation({
    mutationFn: () => ask("POST", `/admin/v1/notices/${encodeURIComponent(id)}/acknowledge`),
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: ["notices"] });
      await queries.invalidateQueries({ queryKey: openNoticesQuery.queryKey });
    },
  });
  return (
    <Button
      isPending={seeing.isPending}
      onPress={() => seeing.mutate()}
      aria-label={`${words.acknowledge}: ${title}`}
    >
      {words.acknowledge}
    </Button>
  );
}
