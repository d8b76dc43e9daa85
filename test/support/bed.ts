import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Context } from 'mocha';
import { shortHash } from '../../src/engine/base/ids.ts';
import { messageOf } from '../../src/engine/base/errors.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import { baseImage } from './baseImage.ts';
import { dockerDaemon } from './dockerDaemon.ts';
import { skipFor } from './skips.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The PEM bundle that this machine trusts besides the usual, when its environment names one: builds in containers need it too. */
export function hostCertificates(): string | undefined {
  const named = process.env['NODE_EXTRA_CA_CERTS'] ?? process.env['SSL_CERT_FILE'];
  return named !== undefined && existsSync(named) ? named : undefined;
}

/** The image that test images build on; a daemon must be there. */
export const testBaseImage = (): Promise<string> => baseImage();

/** Flotilla's Claude Code image on the test base, built from media/image once per content. */
export async function testImage(): Promise<string> {
  const named = process.env['FLOTILLA_TEST_IMAGE'];
  if (named !== undefined && named !== '') return named;
  const base = await testBaseImage();
  const dockerfile = path.join(root, 'media/image/Dockerfile');
  const certificates = hostCertificates();
  const pem = certificates === undefined ? '' : readFileSync(certificates, 'utf8');
  const tag = `flotilla-test/claude:${shortHash([base, readFileSync(dockerfile, 'utf8'), pem].join('\n'))}`;
  const there = await runOnHost({ file: 'docker', args: ['image', 'inspect', tag] });
  if (there.exitCode === 0) return tag;
  const context = await mkdtemp(path.join(os.tmpdir(), 'flotilla-image-'));
  try {
    await copyFile(dockerfile, path.join(context, 'Dockerfile'));
    await writeFile(path.join(context, 'certificates.pem'), pem);
    const args = ['build', '--build-arg', `BASE_IMAGE=${base}`, '--tag', tag, context];
    const { exitCode, stderr, stdout } = await runOnHost({ file: 'docker', args, timeoutMs: 600_000 });
    if (exitCode !== 0) throw new Error(`The image was not built:\n${stdout.toString('utf8').slice(-2000)}\n${stderr}`);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  return tag;
}

async function docker(): Promise<string> {
  const daemon = await dockerDaemon();
  if (daemon.state === 'missing') throw new Error(daemon.message);
  return daemon.message;
}

function built(): Promise<string> {
  const file = path.join(root, 'dist/cli.cjs');
  return existsSync(file)
    ? Promise.resolve(file)
    : Promise.reject(new Error('dist/cli.cjs is not there: npm run build'));
}

/** The parts a test may need, and how each is found or made. What it yields is the part's name: an image's tag, a file. */
const parts = {
  docker,
  'base image': async () => {
    await docker();
    return await testBaseImage();
  },
  'claude image': async () => {
    await docker();
    return await testImage();
  },
  'built command': built,
} as const satisfies Record<string, () => Promise<string>>;

export type Part = keyof typeof parts;

const known = new Map<Part, Promise<string>>();

/** Finds or makes a part, once in a process; rejects with the reason when this machine can't have it now. */
export function findPart(part: Part): Promise<string> {
  const found = known.get(part) ?? parts[part]();
  known.set(part, found);
  return found;
}

/** For `before` hooks and tests: the part, or a skip with its reason (under CI a failure). */
export async function requirePart(context: Context, part: Part): Promise<string> {
  context.timeout(900_000);
  try {
    return await findPart(part);
  } catch (error) {
    return skipFor(context, `${part}: ${messageOf(error)}`);
  }
}
