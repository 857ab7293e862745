import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTold, useWords } from "../../language/language.tsx";
import { budgetsText, useBudgetWords } from "../budgets/words.ts";
import { classNames } from "../../ui/class-names.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { BudgetBar } from "../budgets/budget-bar.tsx";
import { budgetsQuery } from "../budgets/budgets.ts";
import { Row, RowTable, rowLink } from "../row-table.tsx";
import { endText } from "./key-fields.ts";
import type { KeyEntry } from "./keys.ts";
import { useKeyWords } from "./words.ts";

/** The keys, a row each, with how their budgets stand. */
export function KeyTable({
  keys,
  open,
}: {
  readonly keys: readonly KeyEntry[];
  /** The id of the one that stands open beside the list. */
  readonly open: string | undefined;
}): ReactNode {
  const words = useKeyWords();
  return (
    <RowTable
      label={words.table}
      heads={[words.name, words.owner, words.models, words.state, words.budget]}
    >
      {keys.map((key) => (
        <KeyRow key={key.id} entry={key} isOpen={key.id === open} />
      ))}
    </RowTable>
  );
}

function KeyRow({
  entry,
  isOpen,
}: {
  readonly entry: KeyEntry;
  readonly isOpen: boolean;
}): ReactNode {
  const words = useKeyWords();
  const { id, name, user, team, models } = entry;
  const owner = [user, team].filter((one) => one !== null).join(" · ");
  const { and } = useWords();
  const all = models.includes("*") ? words.all : models.join(and);
  return (
    <Row
      id={id}
      isOpen={isOpen}
      link={
        <Link to="/keys" search={{ open: id }} resetScroll={false} className={rowLink}>
          {name}
        </Link>
      }
      note={<Note entry={entry} />}
      second={
        <span className="flex flex-col gap-1.5 pt-1">
          <span className="flex flex-wrap gap-x-3">
            <KeyState entry={entry} />
            {owner}
          </span>
          <Budgets entry={entry} />
        </span>
      }
      cells={[
        owner === "" ? <span className="text-soft">–</span> : owner,
        <span key="models" className="line-clamp-2 max-w-56 break-words" title={all}>
          {all}
        </span>,
        <KeyState key="state" entry={entry} />,
        <div key="budget" className="w-96 max-w-full text-soft">
          <Budgets entry={entry} />
        </div>,
      ]}
    />
  );
}

/** The end of its secret, where it is from, and until when it holds. */
function Note({ entry }: { readonly entry: KeyEntry }): ReactNode {
  const told = useTold();
  const words = useKeyWords();
  const { hint, declared_at: place, expires_at: end } = entry;
  const isOver = end !== null && Date.parse(end) <= Date.now();
  return (
    <>
      <span className="font-mono">…{hint}</span>
      {place === null ? null : ` · ${words.ofFile(told(place))}`}
      {end === null
        ? null
        : ` · ${(isOver ? words.ended : words.until)(endText(end).slice(0, 10))}`}
    </>
  );
}

function Budgets({ entry: { id, budget } }: { readonly entry: KeyEntry }): ReactNode {
  const words = useKeyWords();
  const budgetWords = useBudgetWords();
  const budgets = useQuery(budgetsQuery).data;
  const standing = budgets?.all.find(({ scope, owner }) => scope === "key" && owner === id);
  if (budget === null) return words.noBudget;
  if (standing === undefined) return budgetsText(budget, budgetWords);
  return standing.budgets.map((one, place) => (
    <BudgetBar
      key={place}
      budget={one}
      timeZone={budgets?.timeZone ?? "UTC"}
      of={{ scope: "key", owner: id }}
      isShort
    />
  ));
}

const marks: Readonly<
  Record<"active" | "disabled" | "expired" | "faulty", readonly [IconName, string]>
> = {
  active: ["check", "text-good"],
  disabled: ["off", "text-soft"],
  expired: ["off", "text-warn"],
  faulty: ["alert", "text-bad"],
};

/** Whether a key opens the gateway, as a sign and a word. */
function KeyState({
  entry: { disabled, expires_at: end, fault },
}: {
  readonly entry: KeyEntry;
}): ReactNode {
  const { states } = useKeyWords();
  const isOver = end !== null && Date.parse(end) <= Date.now();
  const state =
    fault !== undefined ? "faulty" : disabled ? "disabled" : isOver ? "expired" : "active";
  const [icon, colour] = marks[state];
  return (
    <span className={classNames("flex items-center gap-1.5", colour)}>
      <Icon name={icon} size={16} />
      {states[state]}
    </span>
  );
}
