import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { classNames } from "../../ui/class-names.ts";
import { numberLink } from "../../ui/number-link.ts";
import { Icon } from "../../ui/icon.tsx";
import { useWords } from "../../language/language.tsx";
import { dollarsInText } from "../../../src/core/dollars.ts";
import { useFigures } from "../../watch/figures.ts";
import { type BudgetScope, type StandingBudget, usedShare } from "./budgets.ts";
import { refusedOf, spentOn } from "./owner-requests.tsx";
import { useBudgetWords } from "./words.ts";

/** The share of a budget from which it asks for attention. */
const nearlyUsed = 0.8;

interface BarProps {
  readonly budget: StandingBudget;
  readonly timeZone: string;
  /** The one that has it, whose requests the numbers lead to. */
  readonly of: { readonly scope: BudgetScope; readonly owner: string };
  /** In a row of something else: without when it begins anew and the like. */
  readonly isShort?: boolean;
}

/** A budget as a bar of what is spent, reserved and left, with the same in words. */
export function BudgetBar({ budget, timeZone, of, isShort = false }: BarProps): ReactNode {
  const words = useBudgetWords();
  const figures = useFigures(timeZone);
  const { spent_usd: spent, reserved_usd: reserved, limit_usd: limit } = budget;
  const { and } = useWords();
  const used = usedShare(budget);
  const isUsed = used >= 1;
  const isNear = used >= nearlyUsed;
  const part = (usd: string): string =>
    `${Math.min(100, (Number(usd) / Math.max(Number(limit), Number(spent), 1e-9)) * 100)}%`;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="flex flex-wrap items-center justify-between gap-x-4">
        <span>
          <Link to="/requests" search={spentOn(of, budget)} className={numberLink}>
            {words.spentOf(money(spent), money(limit), budget.period)}
          </Link>
          {budget.models === undefined ? null : (
            <span className="text-soft"> · {budget.models.join(and)}</span>
          )}
        </span>
        <Left budget={budget} of={of} />
      </div>
      <div
        aria-hidden
        className="flex h-1.5 overflow-hidden rounded-full bg-sunk inset-ring inset-ring-line"
      >
        <span
          className={classNames(
            "forced-color-adjust-none",
            isUsed ? "bg-bad" : isNear ? "bg-warn" : "bg-soft",
          )}
          style={{ width: part(spent) }}
        />
        <span
          className="bg-edge opacity-50 forced-color-adjust-none"
          style={{ width: part(reserved) }}
        />
      </div>
      {isShort ? null : <Remarks budget={budget} of={of} figures={figures} />}
    </div>
  );
}

/** The rest of a budget in words; of one that is used up the way to what it refused. */
function Left({ budget, of }: Pick<BarProps, "budget" | "of">): ReactNode {
  const words = useBudgetWords();
  const used = usedShare(budget);
  const figures = useFigures();
  const isUsed = used >= 1;
  const isNear = used >= nearlyUsed;
  return (
    <span
      className={classNames(
        "inline-flex items-center gap-1.5",
        isUsed ? "text-bad" : isNear ? "text-warn" : "text-soft",
      )}
    >
      {isNear ? <Icon name="alert" size={16} /> : null}
      {!isUsed ? (
        words.left(money(budget.left_usd), figures.share(used))
      ) : budget.hard && of.scope !== "channel" ? (
        <Link to="/requests" search={refusedOf(of)} className={numberLink}>
          {words.usedUp}
        </Link>
      ) : budget.hard ? (
        words.usedUp
      ) : (
        words.exceeded
      )}
    </span>
  );
}

/** The rest of what is to be said of a budget. */
function Remarks({
  budget,
  of: { scope, owner },
  figures,
}: Pick<BarProps, "budget" | "of"> & {
  readonly figures: ReturnType<typeof useFigures>;
}): ReactNode {
  const words = useBudgetWords();
  const { reserved_usd: reserved, resets_at: resets } = budget;
  return (
    <p className="flex flex-wrap gap-x-3 text-label text-soft">
      {Number(reserved) === 0 ? null : (
        <Link to="/requests" search={{ [scope]: owner, state: "running" }} className={numberLink}>
          {words.reserved(money(reserved))}
        </Link>
      )}
      {budget.raise === undefined ? null : <span>{words.raised(raiseText(budget, figures))}</span>}
      {budget.hard ? null : <span>{words.soft}</span>}
      <span>{resets === null ? words.never : words.resets(figures.moment(resets))}</span>
    </p>
  );
}

/** Whole dollars without cents. */
function money(usd: string): string {
  return dollarsInText(usd);
}

function raiseText({ raise }: StandingBudget, figures: ReturnType<typeof useFigures>): string {
  const sum = dollarsInText(raise?.usd ?? "0");
  return raise?.until === undefined ? `+${sum}` : `+${sum} → ${figures.moment(raise.until)}`;
}
