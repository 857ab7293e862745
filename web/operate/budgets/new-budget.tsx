import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import { everyPage } from "../../api/every-page.ts";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { Problem } from "../../ui/problem.tsx";
import { Select } from "../../ui/select.tsx";
import { type BudgetOwner, type BudgetScope } from "./budgets.ts";
import { useBudgetWords } from "./words.ts";

/** The panel that asks whose budget is to be set; what follows is the form of its budgets. */
export function NewBudgetPanel({
  scopes,
  onChoose,
  onClose,
}: {
  readonly scopes: readonly BudgetScope[];
  /** Given the kind and the id. */
  readonly onChoose: (open: string) => void;
  readonly onClose: () => void;
}): ReactNode {
  const words = useBudgetWords();
  const [scope, setScope] = useState<BudgetScope>("team");
  const [owner, setOwner] = useState("");
  const found = useQuery({
    queryKey: ["budgets", "owners", scope],
    queryFn: ({ signal }) => everyPage<BudgetOwner>(`/admin/v1/${scope}s`, signal),
  });
  // What the file holds is changed in the file.
  const owners = found.data?.filter((one) => one.declared_at === null) ?? [];
  return (
    <SidePanel title={words.set} onClose={onClose}>
      <Choice
        label={words.whose}
        value={scope}
        options={scopes.map((value) => ({ value, text: words.ones[value] }))}
        onChange={(next) => {
          setScope(scopes.find((one) => one === next) ?? "team");
          setOwner("");
        }}
      />
      {found.error === null ? null : <Problem error={found.error} />}
      {found.data !== undefined && owners.length === 0 ? (
        <p className="text-soft">{words.noneToChoose}</p>
      ) : (
        <Select
          label={words.ones[scope]}
          value={owner}
          options={[
            { id: "", text: words.choose },
            ...owners.map(({ id, name }) => ({
              id,
              text: name ?? id,
              note: name === undefined || name === null || name === id ? undefined : id,
            })),
          ]}
          onChange={setOwner}
        />
      )}
      <div className="flex justify-end">
        <Button kind="main" isDisabled={owner === ""} onPress={() => onChoose(`${scope} ${owner}`)}>
          {words.goOn}
        </Button>
      </div>
    </SidePanel>
  );
}
