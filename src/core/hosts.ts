/** A URL's host without the brackets of IPv6. */
export function bareHost(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

/** True where a rule is the host itself, or begins with a dot and the host ends with it. */
export function hostMatches(hostname: string, rules: readonly string[]): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  return rules.some((rule) => (rule.startsWith(".") ? host.endsWith(rule) : host === rule));
}

/**
 * True where a channel's credentials may go to a URL: it is on the origin of `base_url`, or https on the
 * standard port of one of the provider's own hosts.
 */
export function mayHaveCredentials(url: URL, baseUrl: string, hosts: readonly string[]): boolean {
  if (url.username !== "" || url.password !== "") return false;
  if (url.origin === new URL(baseUrl).origin) return true;
  const isPlainHttps = url.protocol === "https:" && url.port === "";
  return isPlainHttps && hostMatches(bareHost(url.hostname), hosts);
}

/** True for names and addresses that lead to the machine itself, as a URL has them. */
export function isLoopbackHost(hostname: string): boolean {
  const host = bareHost(hostname);
  return (
    /^(?:[\w-]+\.)*localhost\.?$/i.test(host) ||
    /^127(?:\.\d{1,3}){3}$/.test(host) ||
    host === "::1"
  );
}
