/**
 * What a session may ask of the API, and nothing else: with the user's credential, other paths could read the organisation's
 * files and batches, or mint keys, and would not be counted.
 */
const allowed: readonly { readonly methods: readonly string[]; readonly path: RegExp }[] = [
  { methods: ['POST'], path: /^\/v1\/messages(\/count_tokens)?$/ },
  { methods: ['GET', 'HEAD'], path: /^\/v1\/models(\/(?!\.)[A-Za-z0-9._@:-]+)?$/ },
  { methods: ['GET', 'HEAD'], path: /^\/api\/hello$/ },
  { methods: ['HEAD'], path: /^\/$/ },
];

/** The path and query to ask the API for, or `undefined` when a session must not ask for it. */
export function routeOf(method: string | undefined, target: string | undefined): string | undefined {
  if (method === undefined || target === undefined) return undefined;
  // A full URL, `*` or a host and port: whoever sends that wants to reach another host.
  const found = /^(\/[^?#\\]*)(\?[^#]*)?$/.exec(target);
  const path = found?.[1];
  if (path === undefined || !allowed.some((route) => route.methods.includes(method) && route.path.test(path)))
    return undefined;
  return path + (found?.[2] ?? '');
}
