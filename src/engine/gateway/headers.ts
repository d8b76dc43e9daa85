import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Access } from './credentials.ts';
import { withoutKey } from './keyFilter.ts';
import type { Secret } from './secret.ts';

/** Of one connection only (RFC 9110, section 7.6.1), never passed on. */
const hopByHop = ['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'];
/** What a session sends to say who it is: all of it is replaced by the user's own credential. */
const identity = ['authorization', 'x-api-key', 'cookie', 'forwarded', 'host', 'accept-encoding', 'expect'];
const identityPrefixes = ['proxy-', 'x-forwarded-'];
/** By which some proxies take another path or method than the one that was found to be allowed. */
const rerouting = /^x-(?:original-|rewrite-|http-method|method-override)/;

const oauthBeta = 'oauth-2025-04-20';

function without(headers: IncomingHttpHeaders, names: readonly string[]): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const dropped = new Set([...hopByHop, ...names, ...named]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
}

/** A request's headers as the API gets them: the session's own credentials out, the real ones in. */
export function requestHeaders(headers: IncomingHttpHeaders, access: Access): OutgoingHttpHeaders {
  const kept = Object.entries(without(headers, identity)).filter(
    ([name]) => !identityPrefixes.some((prefix) => name.startsWith(prefix)) && !rerouting.test(name),
  );
  // Uncompressed, so that the usage can be read from bytes that pass untouched.
  const sent: OutgoingHttpHeaders = {
    ...Object.fromEntries(kept),
    host: access.upstream.host,
    'accept-encoding': 'identity',
  };
  if (access.kind === 'api-key') return { ...sent, 'x-api-key': access.secret.reveal() };
  const beta = headers['anthropic-beta'];
  const betas = (Array.isArray(beta) ? beta.join(',') : (beta ?? '')).split(',').map((name) => name.trim());
  const all = new Set([...betas.filter((name) => name !== ''), oauthBeta]);
  return { ...sent, authorization: `Bearer ${access.secret.reveal()}`, 'anthropic-beta': [...all].join(',') };
}

/** An answer's headers as the session gets them. */
export function responseHeaders(headers: IncomingHttpHeaders, secret: Secret): OutgoingHttpHeaders {
  const kept = Object.entries(without(headers, ['set-cookie', 'proxy-authenticate']));
  return Object.fromEntries(
    kept.map(([name, value]) => [name, typeof value === 'string' ? withoutKey(value, secret) : value]),
  );
}
