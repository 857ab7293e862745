import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTold } from "../language/language.tsx";
import { Row, RowTable, rowLink } from "../operate/row-table.tsx";
import { Problem } from "../ui/problem.tsx";
import { Sentence } from "../ui/sentence.tsx";
import { aliasesQuery } from "./served-models.ts";
import { useSought } from "./sought.ts";
import { useModelWords } from "./words.ts";

/** The further names of models, each of which opens beside the list. */
export function Aliases({
  open,
}: {
  /** The one whose panel is open. */
  readonly open: string | undefined;
}): ReactNode {
  const told = useTold();
  const words = useModelWords().aliases;
  const sought = useSought();
  const aliases = useQuery(aliasesQuery);
  const shown = aliases.data?.filter(({ shadowed }) => !shadowed) ?? [];
  return (
    <section className="flex flex-col gap-4 pt-4">
      <div>
        <h2 className="font-[650]">{words.title}</h2>
        <p className="text-soft">
          {words.about}{" "}
          <Link to="/settings" search={{ show: "policies" }} className="underline hover:text-ink">
            {words.policies}
          </Link>
        </p>
      </div>
      {aliases.error === null ? null : (
        <Problem error={aliases.error} onRetry={() => void aliases.refetch()} />
      )}
      {aliases.data !== undefined && shown.length === 0 ? (
        <p className="text-soft">{words.none}</p>
      ) : null}
      {shown.length === 0 ? null : (
        <RowTable label={words.title} heads={[words.name, words.models]}>
          {shown.map(({ id, models, declared_at: place, fault }) => (
            <Row
              key={id}
              isOpen={id === open}
              link={
                <Link
                  to="/models"
                  search={{ ...sought, open: id }}
                  resetScroll={false}
                  className={rowLink}
                >
                  {id}
                </Link>
              }
              note={
                <>
                  {place === null ? null : words.ofFile(told(place))}
                  {fault === null ? null : (
                    <span className="block text-bad">
                      <Sentence text={fault} />
                    </span>
                  )}
                </>
              }
              second={models.join(" → ")}
              cells={[models.join(" → ")]}
            />
          ))}
        </RowTable>
      )}
    </section>
  );
}
