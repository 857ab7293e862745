import { useBlocker } from "@tanstack/react-router";

const storeName = (draft: string): string => `pinhole.form.${draft}`;

/** A form's draft that this tab has kept, which only this page writes; undefined: there is none. */
export function keptDraft<T>(draft: string): T | undefined {
  const text = sessionStorage.getItem(storeName(draft));
  return text === null ? undefined : (JSON.parse(text) as T);
}

/** Keeps a form's draft for this tab, so that it survives a reload. No credential may be in it. */
export function keepDraft(draft: string, value: unknown): void {
  sessionStorage.setItem(storeName(draft), JSON.stringify(value));
}

/** Forgets a draft: it was saved, or given up. */
export function forgetDraft(draft: string): void {
  sessionStorage.removeItem(storeName(draft));
}

/** The question before a page is left with changes. */
export interface Leaving {
  readonly stay: () => void;
  readonly leave: () => void;
}

/** Asks before a form with changes is left for another page; undefined while nobody wants to. A reload asks nothing, since the draft survives it. */
export function useLeaving(draft: string, isChanged: boolean): Leaving | undefined {
  const blocker = useBlocker({
    shouldBlockFn: () => isChanged && sessionStorage.getItem(storeName(draft)) !== null,
    enableBeforeUnload: false,
    withResolver: true,
  });
  if (blocker.status !== "blocked") return undefined;
  return {
    stay: blocker.reset,
    leave() {
      forgetDraft(draft);
      blocker.proceed();
    },
  };
}
