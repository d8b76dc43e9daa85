import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { silentLog } from '../../src/engine/base/log.ts';
import { Credentials } from '../../src/engine/gateway/credentials.ts';
import { Gateway, type GatewayOptions } from '../../src/engine/gateway/gateway.ts';

const nothing = (): void => undefined;

/** A gateway with one session's door, before an upstream that the test plays. */
export class GatewayBed {
  readonly folder: string;
  readonly apiFolder: string;
  readonly socketPath: string;
  readonly url: string;
  readonly credentials = new Credentials(silentLog);
  readonly gateway: Gateway;
  readonly #upstream: Server;

  private constructor(folder: string, upstream: Server, key: string, options: Partial<GatewayOptions>) {
    const address = upstream.address();
    assert.ok(typeof address === 'object' && address);
    this.folder = folder;
    this.apiFolder = path.join(folder, 'api');
    this.socketPath = path.join(this.apiFolder, 'api.sock');
    this.url = `http://127.0.0.1:${String(address.port)}`;
    this.#upstream = upstream;
    this.credentials.set({ credential: { kind: 'api-key', value: key }, upstream: this.url });
    const { credentials } = this;
    this.gateway = new Gateway({
      ...{ log: silentLog, onUsage: nothing, onTrouble: nothing, env: {} },
      ...options,
      credentials,
    });
  }

  /** `upstream` does not listen yet. */
  static async start(upstream: Server, key: string, options: Partial<GatewayOptions> = {}): Promise<GatewayBed> {
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const bed = new GatewayBed(await mkdtemp(path.join(os.tmpdir(), 'flotilla-gateway-')), upstream, key, options);
    await mkdir(bed.apiFolder);
    await bed.gateway.open('abcdefgh', bed.apiFolder);
    return bed;
  }

  async close(): Promise<void> {
    await this.gateway.close();
    if (this.#upstream instanceof HttpServer) this.#upstream.closeAllConnections();
    this.#upstream.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
