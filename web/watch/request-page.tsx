import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { ApiError } from "../api/ask.ts";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { buttonLooks } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Message } from "../ui/message.tsx";
import { Problem } from "../ui/problem.tsx";
import { RequestDetails, RequestHeading } from "./request-details.tsx";
import { requestQuery, statisticsQuery } from "./requests.ts";
import { useWatchWords } from "./words.ts";

/** One request on a page of its own. */
export function RequestPage(): ReactNode {
  const { id } = useParams({ from: "/inside/requests/$id" });
  const words = useWatchWords();
  const { loading, product } = useWords();
  const found = useQuery(requestQuery(id));
  const timeZone = useQuery(statisticsQuery({}, "times")).data?.time_zone;
  useEffect(() => {
    document.title = `${id} · ${product}`;
  }, [id, product]);
  const isMissing = found.error instanceof ApiError && found.error.status === 404;
  return (
    <div className="mx-auto flex w-full max-w-[72rem] flex-col gap-6 px-4 py-6 phone:px-10 phone:py-8">
      <Link to="/requests" className={`${buttonLooks("quiet")} -ml-3.5 self-start`}>
        <span className="rotate-90">
          <Icon name="down" size={16} />
        </span>
        {words.request.back}
      </Link>
      {found.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {isMissing ? (
        <>
          <h1 className="text-title font-[650]">{id}</h1>
          <Message tone="info" title={words.request.notFound} />
        </>
      ) : null}
      {found.error === null || isMissing ? null : (
        <>
          <h1 className="text-title font-[650]">{id}</h1>
          <Problem error={found.error} onRetry={() => void found.refetch()} />
        </>
      )}
      {found.data === undefined ? null : (
        <>
          <RequestHeading request={found.data} timeZone={timeZone} level="h1" />
          <RequestDetails request={found.data} timeZone={timeZone} />
        </>
      )}
    </div>
  );
}
