import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { ApiError } from "../api/ask.ts";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { Icon } from "../ui/icon.tsx";
import { dollars } from "../ui/money.ts";
import { Problem } from "../ui/problem.tsx";
import { FaultWords, Sentence } from "../ui/sentence.tsx";
import { requestQuery } from "../watch/requests.ts";
import {
  type ChannelEntry,
  type ChannelTest,
  type TestStep,
  healthQuery,
  testChannel,
} from "./channels.ts";
import { useChannelWords } from "./words.ts";

/** The test of a channel: each step as it was found, the picture and its cost; what is paid is asked before. */
export function TestSection({
  channel,
  isUnsaved,
  isBegun,
}: {
  readonly channel: ChannelEntry;
  /** True: the form beside it has changes, which the test knows nothing of. */
  readonly isUnsaved: boolean;
  /** True: somebody has come here to test it. */
  readonly isBegun: boolean;
}): ReactNode {
  const words = useChannelWords().panel.tests;
  const queries = useQueryClient();
  const { id } = channel;
  const testing = useMutation({
    mutationFn: (isPaid: boolean) => testChannel(id, isPaid),
    onSettled: () => void queries.invalidateQueries({ queryKey: healthQuery.queryKey }),
  });
  const { mutate } = testing;
  useEffect(() => {
    if (isBegun) mutate(false);
  }, [isBegun, mutate]);
  const paid = paidQuestion(testing.error);
  return (
    <section aria-label={words.title} className="flex flex-col gap-3 rounded-panel bg-sunk p-4">
      <div className="flex items-center justify-between gap-4">
        <div className="min-w-0">
          <h3 className="font-[650]">{words.title}</h3>
          <p className="text-label text-soft">{isUnsaved ? words.unsaved : words.about}</p>
        </div>
        <Button isPending={testing.isPending} onPress={() => mutate(false)}>
          {testing.isIdle ? words.title : words.again}
        </Button>
      </div>
      <div role="status" className="flex flex-col gap-3 empty:hidden">
        {testing.isPending ? <Running name={id} /> : null}
        {testing.data === undefined || testing.isPending ? null : (
          <Outcome
            test={testing.data}
            credentials={testing.data.steps.filter(({ name }) => name === "check").length}
            onBuy={() => mutate(true)}
          />
        )}
        {paid === undefined ? null : (
          <PaidQuestion model={paid.model} most={paid.most_usd} onBuy={() => mutate(true)} />
        )}
      </div>
      {testing.error === null || paid !== undefined ? null : <Problem error={testing.error} />}
    </section>
  );
}

/** A picture that only money can tell about. */
interface Paid {
  readonly model: string;
  readonly most_usd: string | null;
}

function paidQuestion(error: unknown): Paid | undefined {
  if (!(error instanceof ApiError) || error.status !== 409 || error.param !== "paid")
    return undefined;
  return (error.body as { error: { test?: Paid } }).error.test;
}

function Running({ name }: { readonly name: string }): ReactNode {
  const words = useChannelWords().panel.tests;
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((now) => now + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="flex items-center gap-2.5">
      <Aperture size={20} busy />
      {words.running(name)}
      <span aria-hidden className="text-soft">
        {words.seconds(seconds)}
      </span>
    </p>
  );
}

function Outcome({
  test,
  credentials,
  onBuy,
}: {
  readonly test: ChannelTest;
  readonly credentials: number;
  readonly onBuy: () => void;
}): ReactNode {
  const words = useChannelWords().panel.tests;
  const { free } = useWords().playground;
  const { ok, steps, cost_usd: cost, paid, request_id: request, model } = test;
  return (
    <>
      <p className={classNames("font-medium", ok ? "text-good" : "text-bad")}>
        {ok ? words.passed : words.failed}
      </p>
      <ol className="flex flex-col gap-2">
        {steps.map((step, at) => (
          <Step key={at} step={step} credentials={credentials} />
        ))}
      </ol>
      {request === null || model === null ? null : <TestPicture id={request} model={model} />}
      {paid ? (
        <p className="flex flex-wrap gap-x-4 text-label text-soft">
          {ok || cost !== null
            ? words.cost(cost === null ? words.unknownCost : dollars(cost, free))
            : null}
          {request === null ? null : (
            <Link to="/requests/$id" params={{ id: request }} className="underline">
              {words.request}
            </Link>
          )}
        </p>
      ) : ok ? (
        <p className="flex flex-wrap items-center gap-x-3 text-label text-soft">
          <Button kind="quiet" onPress={onBuy}>
            {words.buyAlso}
          </Button>
          {words.buyAlsoMeans}
        </p>
      ) : null}
    </>
  );
}

function Step({
  step: { name, credential = 0, ok, found, error },
  credentials,
}: {
  readonly step: TestStep;
  readonly credentials: number;
}): ReactNode {
  const words = useChannelWords().panel.tests;
  const title = name === "check" ? words.steps.check(credential, credentials) : words.steps.picture;
  const remedy = error === null ? undefined : words.remedies[error.code];
  return (
    <li className="flex gap-2.5">
      <span className={classNames("pt-0.5", ok ? "text-good" : "text-bad")}>
        <Icon name={ok ? "check" : "alert"} size={18} />
      </span>
      <div className="min-w-0 break-words">
        <p>
          <span className="font-medium">{title}</span>
          {found === null ? null : (
            <span className="text-soft">
              {" "}
              <Sentence text={found} />
            </span>
          )}
        </p>
        {error === null ? null : (
          <>
            <FaultWords code={error.code} message={error.message} />
            {error.detail === null ? null : (
              <p lang="en" className="font-mono text-label text-soft">
                {error.detail}
              </p>
            )}
            {remedy === undefined ? null : <p className="text-soft">{remedy}</p>}
          </>
        )}
      </div>
    </li>
  );
}

/** The picture that a test has made, while it rests with the gateway. */
function TestPicture({ id, model }: { readonly id: string; readonly model: string }): ReactNode {
  const words = useChannelWords().panel.tests;
  const [picture] = useQuery(requestQuery(id)).data?.pictures ?? [];
  if (picture === undefined || picture.path === null) return null;
  return (
    <img
      src={`${picture.path}&w=320`}
      alt={words.picture(model)}
      width={picture.width}
      height={picture.height}
      className="h-auto max-h-60 w-auto max-w-full self-start rounded-picture bg-ground"
    />
  );
}

function PaidQuestion({
  model,
  most,
  onBuy,
}: {
  readonly model: string;
  readonly most: string | null;
  readonly onBuy: () => void;
}): ReactNode {
  const words = useChannelWords().panel.tests;
  const { free } = useWords().playground;
  const price = most === null ? undefined : dollars(most, free);
  return (
    <div className="flex flex-col items-start gap-2">
      <p className="font-medium">{words.askPaid}</p>
      <p className="text-soft">{words.paidMeans(model, price)}</p>
      <Button onPress={onBuy}>{words.buy(price)}</Button>
    </div>
  );
}
