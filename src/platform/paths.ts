// Paths of the Platform API: from the form of OpenAPI to that of Express, in an order in which the right one is met first. Pure.

/** `/repo/{repoId}/ai/apikey` -> `/repo/:repoId/ai/apikey`. */
export function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** Names in the path, in their order. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

/** Fixed segments before parameters, from left to right: `/policy/alerts` is never taken for a policy called alerts. */
export function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const [one = '', other = ''] = [left[at], right[at]];
    if (one === other) continue;
    const [first, second] = [one.startsWith('{'), other.startsWith('{')];
    if (first !== second) return first ? 1 : -1;
    if (!first) return one < other ? -1 : 1;
  }
  return left.length - right.length;
}

/** The same address without doubled slashes and without one at its end: clients put a base URL and a path together. */
export function tidyUrl(url: string): string {
  const mark = url.indexOf('?');
  const [path, query] = mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark)];
  const tidy = path.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
  return tidy + query;
}
