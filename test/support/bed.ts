import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Context } from 'mocha';
import { messageOf } from '../../src/engine/base/errors.ts';
import { Docker } from '../../src/engine/runtime/devcontainer/docker.ts';
import { OwnImage } from '../../src/engine/runtime/devcontainer/ownImage.ts';
import { baseImage } from './baseImage.ts';
import { findOwnDocker } from './crash/ownDocker.ts';
import { dockerDaemon } from './dockerDaemon.ts';
import { skipFor } from './skips.ts';
import { chromiumFile } from './vscode/browser.ts';
import { codeServer } from './vscode/codeServer.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The PEM bundle that this machine trusts besides the usual, when its environment names one: builds in containers need it too. */
export function hostCertificates(): string | undefined {
  const named = process.env['NODE_EXTRA_CA_CERTS'] ?? process.env['SSL_CERT_FILE'];
  return named !== undefined && existsSync(named) ? named : undefined;
}

/** The image that test images build on; a daemon must be there. */
export const testBaseImage = (): Promise<string> => baseImage();

/** Flotilla's Claude Code image on the test base, built by the product's own code, so that engines under test find it there. */
export async function testImage(): Promise<string> {
  const named = process.env['FLOTILLA_TEST_IMAGE'];
  return named !== undefined && named !== '' ? named : await ownImage();
}

/** What an engine under test makes its sessions of. */
async function ownImage(): Promise<string> {
  const image = new OwnImage(new Docker(), {
    folder: path.join(root, 'media/image'),
    baseImage: await testBaseImage(),
  });
  return await image.ensure(hostCertificates(), () => undefined, AbortSignal.timeout(600_000));
}

async function docker(): Promise<string> {
  const daemon = await dockerDaemon();
  if (daemon.state === 'missing') throw new Error(daemon.message);
  return daemon.message;
}

const built = (name: string, script: string) => (): Promise<string> => {
  const file = path.join(root, 'dist', name);
  return existsSync(file)
    ? Promise.resolve(file)
    : Promise.reject(new Error(`dist/${name} is not there: npm run ${script}`));
};

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
  'built command': built('cli.cjs', 'build'),
  'image of sessions': async () => {
    await docker();
    return await ownImage();
  },
  'second Docker': findOwnDocker,
  package: built('flotilla.vsix', 'package'),
  'code-server': async () => (await codeServer()).entry,
  chromium: chromiumFile,
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
