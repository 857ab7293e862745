import { queryOptions } from "@tanstack/react-query";
import { ask } from "../../api/ask.ts";
import type { Role } from "../../api/session.ts";
import { useWords } from "../../language/language.tsx";
import { type SettingsWords, settingsEn } from "../../language/settings-en.ts";
import { settingsZh } from "../../language/settings-zh.ts";

/** The words of the page of settings, in the chosen language. */
export function useSettingsWords(): SettingsWords {
  return useWords().lang === "zh-CN" ? settingsZh : settingsEn;
}

/** A setting, and the place where it was written. */
export interface SettingEntry {
  readonly setting: string;
  readonly value: string | null;
  readonly place: string | null;
}

interface RunningSettings {
  readonly version: string;
  readonly file: string | null;
  readonly settings: readonly SettingEntry[];
}

export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => ask<RunningSettings>("GET", "/admin/v1/settings", { signal }),
});

/** A part that was examined. */
export interface Finding {
  readonly name: string;
  readonly state: "ok" | "warning" | "fault";
  readonly said: string;
}

export const examine = (): Promise<{ readonly findings: readonly Finding[] }> =>
  ask("GET", "/admin/v1/doctor");

/** A token of a program that administers. */
export interface TokenEntry {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly role: Role;
  readonly team: string | null;
  readonly expires_at: string | null;
  readonly version: number;
}

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: async ({ signal }) =>
    (await ask<{ readonly data: readonly TokenEntry[] }>("GET", "/admin/v1/tokens", { signal }))
      .data,
});

export const createToken = (body: object): Promise<TokenEntry & { readonly token: string }> =>
  ask("POST", "/admin/v1/tokens", { body });

export const removeToken = ({ id, version }: TokenEntry): Promise<unknown> =>
  ask("DELETE", `/admin/v1/tokens/${encodeURIComponent(id)}`, {
    headers: { "if-match": `"${version}"` },
  });
