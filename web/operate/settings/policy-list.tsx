import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { FaultLine } from "../../ui/sentence.tsx";
import type { Session } from "../../api/session.ts";
import { useTold, useWords } from "../../language/language.tsx";
import { Aperture } from "../../ui/aperture.tsx";
import { Problem } from "../../ui/problem.tsx";
import { PolicyPanel } from "./policy-panel.tsx";
import {
  type PolicyEntry,
  type PolicyId,
  isBuiltIn,
  policiesQuery,
  policyIds,
} from "./policies.ts";
import { type SettingEntry, useSettingsWords } from "./settings.ts";

/** The policies and the default model: what counts, where it stands, and the panel in which one is changed. */
export function Policies({
  settings,
  caller,
  open,
  onClose,
}: {
  /** The settings that the gateway runs with: they tell what counts where nobody sets a policy. */
  readonly settings: readonly SettingEntry[];
  readonly caller: Session["caller"];
  /** The policy whose panel is open. */
  readonly open: string | undefined;
  readonly onClose: () => void;
}): ReactNode {
  const { policies: words } = useSettingsWords();
  const { loading } = useWords();
  const found = useQuery(policiesQuery);
  const standing = (id: PolicyId): PolicyEntry | undefined =>
    found.data?.find((one) => one.id === id && !one.shadowed && !isBuiltIn(one));
  const usual = (id: PolicyId): string | undefined => {
    const given = found.data?.find((one) => one.id === id && isBuiltIn(one));
    if (given !== undefined) return String(given.value);
    const named = id === "default_model" ? id : `policy.${id}`;
    // What the file sets is an entry; what is left is what counts by itself.
    return (
      settings.find(({ setting, place }) => setting === named && place === null)?.value ?? undefined
    );
  };
  const opened = policyIds.find((id) => id === open);
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <p className="max-w-prose text-soft">{words.about}</p>
      {found.error === null ? null : (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      )}
      {found.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {found.data === undefined ? null : (
        <ul aria-label={words.title} className="flex flex-col">
          {policyIds.map((id) => (
            <PolicyRow key={id} id={id} policy={standing(id)} usual={usual(id)} />
          ))}
        </ul>
      )}
      {opened === undefined || found.data === undefined ? null : (
        <PolicyPanel
          key={opened}
          id={opened}
          policy={standing(opened)}
          usual={usual(opened)}
          caller={caller}
          onClose={onClose}
        />
      )}
    </div>
  );
}

function PolicyRow({
  id,
  policy,
  usual,
}: {
  readonly id: PolicyId;
  readonly policy: PolicyEntry | undefined;
  readonly usual: string | undefined;
}): ReactNode {
  const { policies: words, standing } = useSettingsWords();
  const value = policy === undefined ? usual : String(policy.value);
  const told = useTold();
  const place = policy?.declared_at ?? null;
  const from = policy === undefined ? standing : place === null ? words.here : told(place);
  return (
    <li className="relative flex flex-col items-baseline justify-between gap-x-6 gap-y-1 phone:flex-row border-b border-line py-3 hover:bg-raised">
      <div className="min-w-0 flex-1">
        <Link
          to="/settings"
          search={{ show: "policies", open: id }}
          resetScroll={false}
          className="font-medium text-ink no-underline after:absolute after:inset-0"
        >
          {words.names[id]}
        </Link>
        <p className="text-label text-soft">{words.means[id]}</p>
        <FaultLine text={policy?.fault ?? undefined} />
      </div>
      <div className="min-w-32 phone:text-right">
        <p className={value === undefined ? "text-soft" : "font-medium"}>
          {value === undefined ? words.none : (words.values[value] ?? value)}
        </p>
        <p className="text-label break-words text-soft">{from}</p>
      </div>
    </li>
  );
}
