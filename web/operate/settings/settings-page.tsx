import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useRouteContext, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTold, useWords } from "../../language/language.tsx";
import { Aperture } from "../../ui/aperture.tsx";
import { Button } from "../../ui/button.tsx";
import { Check } from "../../ui/check.tsx";
import { Choice } from "../../ui/choice.tsx";
import { classNames } from "../../ui/class-names.ts";
import { Breakable } from "../../ui/breakable.tsx";
import { Sentence } from "../../ui/sentence.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { headCell, headRow, tableFrame } from "../../ui/table.ts";
import type { PanelSearch } from "../addresses.ts";
import { Policies } from "./policy-list.tsx";
import {
  type Finding,
  type SettingEntry,
  examine,
  settingsQuery,
  useSettingsWords,
} from "./settings.ts";
import { Tokens } from "./tokens.tsx";

/** The page of what the gateway runs with, of admin tokens, and of the gateway's examination of itself. */
export function SettingsPage(): ReactNode {
  const words = useSettingsWords();
  const { loading } = useWords();
  const search: PanelSearch = useSearch({ from: "/inside/settings" });
  const { caller } = useRouteContext({ from: "/inside" }).session;
  const navigate = useNavigate();
  const found = useQuery(settingsQuery);
  const isAdmin = caller.role === "owner" || caller.role === "admin";
  const shows = isAdmin
    ? (["settings", "policies", "tokens", "doctor"] as const)
    : (["settings", "policies", "doctor"] as const);
  const show = shows.find((one) => one === search.show) ?? "settings";
  return (
    <Page
      title={words.title}
      state={
        found.data === undefined ? undefined : words.state(found.data.version, found.data.file)
      }
      action={show === "tokens" ? <NewTokenButton /> : undefined}
    >
      <Choice
        isBar
        label={words.show}
        value={show}
        options={shows.map((value) => ({ value, text: words.shows[value] }))}
        onChange={(next) => void navigate({ to: "/settings", search: { show: next } })}
      />
      {found.error === null ? null : (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      )}
      {found.isPending ? <Aperture size={40} busy label={loading} /> : null}
      {show === "settings" && found.data !== undefined ? (
        <Settings
          settings={found.data.settings}
          isAll={search.all === 1}
          onAll={(isAll) =>
            void navigate({
              to: "/settings",
              search: { ...search, all: isAll ? 1 : undefined },
              replace: true,
              resetScroll: false,
            })
          }
        />
      ) : null}
      {show === "policies" && found.data !== undefined ? (
        <Policies
          settings={found.data.settings}
          caller={caller}
          open={search.open}
          onClose={() => void navigate({ to: "/settings", search: { show }, resetScroll: false })}
        />
      ) : null}
      {show === "tokens" ? (
        <Tokens
          caller={caller}
          isMaking={search.new === 1}
          onClose={() => void navigate({ to: "/settings", search: { show }, resetScroll: false })}
        />
      ) : null}
      {show === "doctor" ? <Examination /> : null}
    </Page>
  );
}

function NewTokenButton(): ReactNode {
  const { tokens: words } = useSettingsWords();
  const navigate = useNavigate();
  return (
    <Button
      kind="main"
      onPress={() => void navigate({ to: "/settings", search: { show: "tokens", new: 1 } })}
    >
      <Icon name="plus" size={16} />
      {words.create}
    </Button>
  );
}

/** The settings by their group; what nobody has written is shown where it is asked for. */
function Settings({
  settings,
  isAll,
  onAll,
}: {
  readonly settings: readonly SettingEntry[];
  readonly isAll: boolean;
  readonly onAll: (isAll: boolean) => void;
}): ReactNode {
  const words = useSettingsWords();
  const told = useTold();
  const shown = settings.filter(({ place }) => isAll || place !== null);
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <p className="max-w-prose text-soft">{words.about}</p>
      <Check label={words.all} isOn={isAll} onChange={onAll} />
      <div className={tableFrame}>
        <table aria-label={words.tables.settings} className="w-full table-fixed border-collapse">
          <thead>
            <tr className={headRow}>
              {words.heads.map((head, place) => (
                <th
                  key={head}
                  scope="col"
                  className={classNames(headCell, place === 2 && "hidden phone:table-cell")}
                >
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ setting, value, place }) => (
              <tr key={setting} className="border-b border-line align-baseline">
                <th
                  scope="row"
                  className="px-3 py-2 text-left font-mono text-label font-normal break-words"
                >
                  <Breakable text={setting} />
                  <span className="block font-sans text-soft phone:hidden">
                    <Breakable text={place === null ? words.standing : told(place)} />
                  </span>
                </th>
                <td className="px-3 py-2 break-words">
                  {value ?? <span className="text-soft">{words.nothing}</span>}
                </td>
                <td className="hidden px-3 py-2 text-label break-words text-soft phone:table-cell">
                  <Breakable text={place === null ? words.standing : told(place)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

const marks = {
  ok: ["check", "text-good"],
  warning: ["alert", "text-warn"],
  fault: ["alert", "text-bad"],
} as const;

/** A finding with its sign and its word; one of a channel leads to the channel. */
function FindingLine({ finding }: { readonly finding: Finding }): ReactNode {
  const words = useSettingsWords();
  const { name, state, said } = finding;
  const [icon, colour] = marks[state];
  const channel = /^channel (\S+)$/.exec(name)?.[1];
  return (
    <li className="flex gap-3 border-b border-line py-2.5">
      <span className={classNames("pt-0.5", colour)}>
        <Icon name={icon} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap justify-between gap-x-4">
          {channel === undefined ? (
            <span className="font-medium">{words.findings[name] ?? name}</span>
          ) : (
            <Link
              to="/channels/$id"
              params={{ id: channel }}
              className="font-medium text-ink underline"
            >
              {words.channel(channel)}
            </Link>
          )}
          <span className={colour}>{words.found[state]}</span>
        </p>
        <p className="break-words text-soft">
          <Sentence text={said} />
        </p>
      </div>
    </li>
  );
}

/** The gateway's examination of what it stands on, made when it is asked for. */
function Examination(): ReactNode {
  const words = useSettingsWords();
  const examining = useMutation({ mutationFn: examine });
  return (
    <div className="flex max-w-4xl flex-col items-start gap-4">
      <p className="max-w-prose text-soft">{words.examineAbout}</p>
      <Button isPending={examining.isPending} onPress={() => examining.mutate()}>
        {examining.isPending ? words.examining : words.examine}
      </Button>
      {examining.error === null ? null : <Problem error={examining.error} />}
      <ul aria-live="polite" className="flex w-full flex-col">
        {examining.data?.findings.map((finding) => (
          <FindingLine key={finding.name} finding={finding} />
        ))}
      </ul>
    </div>
  );
}
