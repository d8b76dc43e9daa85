import type { Credential, CredentialsInput } from '../../protocol/operations.ts';
import { FlotillaError } from '../base/errors.ts';
import { type Closable, Emitter } from '../base/lifecycle.ts';
import type { Log } from '../base/log.ts';
import { Secret } from './secret.ts';

export const anthropicApi = 'https://api.anthropic.com';

/** Where requests go, and with what. */
export interface Access {
  readonly kind: Credential['kind'];
  readonly secret: Secret;
  readonly upstream: URL;
}

/** The credentials that faces handed in: in memory only, and never printed. */
export class Credentials {
  readonly #changed: Emitter<undefined>;
  #access: Access | undefined;

  constructor(log: Log) {
    this.#changed = new Emitter((error) => {
      log.error('a listener of the credentials failed', { error });
    });
  }

  /** The same as before is no news. Throws `invalid-input` for a value that can't be sent as a header. */
  set(input: CredentialsInput): void {
    const value = input.credential.value.trim();
    if (!/^[\x21-\x7e]+$/.test(value))
      throw new FlotillaError(
        'invalid-input',
        'The credential holds spaces or other characters that a key has not: copy it again.',
      );
    const upstream = withoutUser(input.upstream ?? anthropicApi);
    const { kind } = input.credential;
    if (this.#holds(kind, value, upstream)) return;
    this.#access = { kind, secret: new Secret(value), upstream };
    this.#changed.emit(undefined);
  }

  #holds(kind: Access['kind'], value: string, upstream: URL): boolean {
    const { kind: now, secret, upstream: to } = this.#access ?? {};
    return now === kind && secret?.reveal() === value && to?.href === upstream.href;
  }

  clear(): void {
    this.#access = undefined;
    this.#changed.emit(undefined);
  }

  get kind(): Credential['kind'] | 'none' {
    return this.#access?.kind ?? 'none';
  }

  /** The base URL that requests go to, without user and password. */
  get upstream(): string {
    return this.#access?.upstream.href.replace(/\/$/, '') ?? anthropicApi;
  }

  get access(): Access | undefined {
    return this.#access;
  }

  onChange(listener: () => void): Closable {
    return this.#changed.on(listener);
  }

  /** Waits for credentials; `undefined` when none came within `ms` milliseconds or the signal fired. */
  async available(ms: number, signal: AbortSignal): Promise<Access | undefined> {
    if (this.#access !== undefined || signal.aborted) return this.#access;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const end = (): void => {
      resolve(undefined);
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    const listening = this.onChange(() => {
      if (this.#access !== undefined) end();
    });
    await promise;
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    await listening.close();
    return this.#access;
  }
}

/** A user and password in the URL would be sent as an `Authorization` header of their own and shown by `system.info`. */
function withoutUser(text: string): URL {
  const url = new URL(text);
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  return url;
}
