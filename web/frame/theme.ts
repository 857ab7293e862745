/** The appearance that a person chose in this browser. */
export type Theme = "system" | "light" | "dark";

const stored = "pinhole.theme";

/** The chosen appearance; the system's unless another was chosen. */
export function readTheme(): Theme {
  const theme = localStorage.getItem(stored);
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** Shows the page in an appearance, and remembers it. */
export function applyTheme(theme: Theme): void {
  localStorage.setItem(stored, theme);
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}
