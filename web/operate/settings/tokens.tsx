import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import type { Role, Session } from "../../api/session.ts";
import { useWords } from "../../language/language.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useFigures } from "../../watch/figures.ts";
import { Ask, useAct } from "../editing/act.tsx";
import { NewToken } from "./new-token.tsx";
import { type TokenEntry, removeToken, tokensQuery, useSettingsWords } from "./settings.ts";

/** Tokens of programs that administer: made, shown once, and removed. */
export function Tokens({
  caller,
  isMaking,
  onClose,
}: {
  readonly caller: Session["caller"];
  /** True while a new one is being made. */
  readonly isMaking: boolean;
  /** Closes the panel of a new one. */
  readonly onClose: () => void;
}): ReactNode {
  const { tokens: words, tables } = useSettingsWords();
  const found = useQuery(tokensQuery);
  const [leaving, setLeaving] = useState<TokenEntry>();
  return (
    <div className="flex max-w-4xl flex-col items-start gap-4">
      <p className="max-w-prose text-soft">{words.about}</p>
      {found.error === null ? null : (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      )}
      {found.data?.length === 0 ? (
        <div className="w-full">
          <EmptyState
            sentence={words.none}
            command="pinhole tokens create --name deploy --role operator"
          />
        </div>
      ) : null}
      <ul aria-label={tables.tokens} className="flex w-full flex-col">
        {found.data?.map((token) => (
          <TokenRow
            key={token.id}
            token={token}
            isAbove={token.role === "owner" && caller.role !== "owner"}
            onRemove={() => setLeaving(token)}
          />
        ))}
      </ul>
      {isMaking ? <NewToken caller={caller} onClose={onClose} /> : null}
      {leaving === undefined ? null : (
        <Removing token={leaving} onClose={() => setLeaving(undefined)} />
      )}
    </div>
  );
}

function TokenRow({
  token: { name, hint, role, team, expires_at: ends },
  isAbove,
  onRemove,
}: {
  readonly token: TokenEntry;
  /** An owner's, which is for owners to remove. */
  readonly isAbove: boolean;
  readonly onRemove: () => void;
}): ReactNode {
  const { tokens: words } = useSettingsWords();
  const { roles }: { readonly roles: Readonly<Record<Role, string>> } = useWords();
  const figures = useFigures();
  return (
    <li className="flex flex-wrap items-center justify-between gap-2 border-b border-line py-3">
      <div className="min-w-0">
        <p className="truncate font-medium">{name}</p>
        <p className="text-label text-soft">
          <span className="font-mono">…{hint}</span> · {roles[role]}
          {team === null ? null : ` · ${team}`} ·{" "}
          {ends === null ? words.never : words.until(figures.exact(ends))}
        </p>
      </div>
      {isAbove ? null : (
        <Button kind="quiet" aria-label={words.removeOne(name)} onPress={onRemove}>
          {words.remove}
        </Button>
      )}
    </li>
  );
}

function Removing({
  token,
  onClose,
}: {
  readonly token: TokenEntry;
  readonly onClose: () => void;
}): ReactNode {
  const { tokens: words } = useSettingsWords();
  const removing = useAct(() => removeToken(token), {
    reads: [tokensQuery.queryKey],
    onDone: onClose,
  });
  return (
    <Ask
      isOpen
      title={words.removeOne(token.name)}
      word={words.remove}
      act={removing}
      onClose={onClose}
    >
      <p>{words.removeMeans}</p>
    </Ask>
  );
}
