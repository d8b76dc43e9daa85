import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { root } from '../support/rules/source.ts';

const packageSchema = z.object({
  version: z.string(),
  main: z.string(),
  bin: z.record(z.string(), z.string()),
  engines: z.object({ vscode: z.string(), node: z.string() }),
  scripts: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  activationEvents: z.array(z.string()).optional(),
});

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const manifest = packageSchema.parse(JSON.parse(read('package.json')));
const floor = (range: string): string => range.replace(/^[^0-9]*/, '');

describe('package.json', () => {
  it('asks for the oldest VS Code whose interface it is compiled against', () => {
    const types = z.object({ version: z.string() }).parse(JSON.parse(read('node_modules/@types/vscode/package.json')));
    assert.equal(floor(manifest.engines.vscode), floor(manifest.devDependencies['@types/vscode'] ?? ''));
    assert.equal(types.version, floor(manifest.engines.vscode));
  });

  it('brings the Node that it asks for', () => {
    assert.equal(floor(manifest.devDependencies['node'] ?? '').split('.')[0], floor(manifest.engines.node));
    assert.equal(process.versions.node.split('.')[0], floor(manifest.engines.node));
  });

  it('activates by what it contributes, never for every window', () => {
    assert.ok(!(manifest.activationEvents ?? []).includes('*'));
  });

  it('holds no dependency that the lock file does not pin, and no host of a registry', () => {
    const lock = z
      .object({
        packages: z.record(z.string(), z.object({ version: z.string().optional(), resolved: z.string().optional() })),
      })
      .parse(JSON.parse(read('package-lock.json')));
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))
      assert.ok(lock.packages[`node_modules/${name}`]?.version, `${name} is not in package-lock.json`);
    const hosts = Object.entries(lock.packages).filter(([, entry]) => /^https?:/.test(entry.resolved ?? ''));
    assert.deepEqual(hosts, []);
  });
});
