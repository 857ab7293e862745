import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { ReactNode } from "react";
import { type Session, sessionQuery, signOut } from "../api/session.ts";
import { languageNames, useLanguage } from "../language/language.tsx";
import { forgetDrafts } from "../playground/picture-store.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Menu, MenuChoice, MenuItem } from "../ui/menu.tsx";
import { type Theme, applyTheme, readTheme } from "./theme.ts";

/** The person at the foot of the menu: appearance, language, and the way out. */
export function AccountMenu({
  session,
  isFolded,
}: {
  readonly session: Session;
  readonly isFolded: boolean;
}): ReactNode {
  const { words, choose } = useLanguage();
  const [theme, setTheme] = useState(readTheme);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { name, role } = session.caller;
  const leave = async (): Promise<void> => {
    await signOut();
    forgetDrafts();
    queries.clear();
    queries.setQueryData(sessionQuery.queryKey, null);
    await navigate({ to: "/sign-in" });
  };
  const changeTheme = (next: Theme): void => {
    applyTheme(next);
    setTheme(next);
  };
  const trigger = (
    <Button kind="quiet">
      <span className="grid size-7 place-items-center rounded-full bg-sunk text-label font-semibold text-ink">
        {[...name][0]?.toLocaleUpperCase()}
      </span>
      {isFolded ? (
        <span className="sr-only">{words.account.of(name)}</span>
      ) : (
        <span className="flex min-w-0 flex-1 flex-col items-start text-label">
          <span className="max-w-32 truncate text-ink">{name}</span>
          <span>{words.roles[role]}</span>
        </span>
      )}
    </Button>
  );
  return (
    <Menu label={words.account.of(name)} trigger={trigger}>
      <MenuChoice<Theme>
        title={words.account.theme}
        value={theme}
        options={words.account.themes}
        onChange={changeTheme}
      />
      <MenuChoice
        title={words.account.language}
        value={words.lang}
        options={languageNames}
        onChange={choose}
      />
      <MenuItem onAction={() => void navigate({ to: "/settings/you" })}>
        <Icon name="settings" size={16} />
        {words.account.you}
      </MenuItem>
      <MenuItem href="/docs" target="_blank">
        <Icon name="info" size={16} />
        {words.account.docs}
      </MenuItem>
      <MenuItem onAction={() => void leave()}>
        <Icon name="close" size={16} />
        {words.account.signOut}
      </MenuItem>
    </Menu>
  );
}
