const hostFirst = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}(:\d+)?\//i;

/**
 * An upstream's link as an absolute URL. Without a scheme it has that of `baseUrl`; without a host it is
 * on the same host, below `baseUrl` unless it begins with a slash. A link that is none stays as it is.
 */
export function absoluteLink(link: string, baseUrl: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(link)) return link;
  const written = hostFirst.test(link) ? `//${link}` : link;
  return URL.parse(written, `${baseUrl}/`)?.href ?? link;
}
