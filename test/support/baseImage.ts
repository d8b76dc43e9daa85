import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { messageOf } from '../../src/engine/base/errors.ts';
import { shortHash } from '../../src/engine/base/ids.ts';
import { type HostCommand, runOnHost } from '../../src/engine/process/run.ts';

/** What the product's Dockerfile builds on when nobody says otherwise. */
export const officialImage = 'node:24-trixie-slim';

const packages = 'apt,passwd,ca-certificates,git,tmux,ripgrep,procps';
const suite = 'trixie';
const nodeVersion = '24.21.0';
const npmVersion = '11';

const dockerfile = `ARG ROOT
FROM \${ROOT}
COPY node/bin/node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \\
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \\
 && useradd -m -s /bin/bash node && node --version && npm --version
CMD ["node"]
`;

/** The recipe's hash is the tag: a changed recipe is another image. */
const tag = `flotilla-test/base:${shortHash([dockerfile, packages, suite, nodeVersion, npmVersion].join('\n'))}`;

const minutes = 60_000;

async function mustRun(command: HostCommand): Promise<string> {
  const { exitCode, stdout, stderr, timedOut } = await runOnHost({ timeoutMs: 5 * minutes, ...command });
  if (exitCode === 0) return stdout.toString('utf8').trim();
  const why = timedOut ? 'took too long' : `ended with ${String(exitCode)}`;
  throw new Error(`${command.file} ${command.args.join(' ')} ${why}:\n${stderr.split('\n').slice(-15).join('\n')}`);
}

const succeeds = async (command: HostCommand): Promise<boolean> => {
  const { exitCode } = await runOnHost(command).catch(() => ({ exitCode: undefined }));
  return exitCode === 0;
};

const isThere = (image: string): Promise<boolean> =>
  succeeds({ file: 'docker', args: ['image', 'inspect', image], timeoutMs: 20_000 });

/** A Debian root folder as a tar file, by mmdebstrap or else by debootstrap. */
async function rootArchive(folder: string): Promise<string> {
  const archive = path.join(folder, 'root.tar');
  const first = ['--variant=essential', `--include=${packages}`, suite, archive];
  const failure = await mustRun({ file: 'mmdebstrap', args: first }).then(() => undefined, messageOf);
  if (failure === undefined) return archive;
  const tree = path.join(folder, 'root');
  try {
    await mustRun({ file: 'debootstrap', args: ['--variant=minbase', `--include=${packages}`, suite, tree] });
    await mustRun({ file: 'tar', args: ['-C', tree, '-cf', archive, '.'] });
  } catch (second) {
    throw new Error(`No Debian root could be made: ${failure}\n${messageOf(second)}`, { cause: second });
  }
  return archive;
}

/** Unpacks a package of the npm registry into a folder. */
async function unpack(name: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const packed = await mustRun({ file: 'npm', args: ['pack', '--silent', '--pack-destination', folder, name] });
  const archive = path.join(folder, packed.split('\n').at(-1) ?? '');
  await mustRun({ file: 'tar', args: ['-xzf', archive, '-C', folder, '--strip-components=1', '--no-same-owner'] });
  await rm(archive);
}

async function buildFromDebian(folder: string): Promise<void> {
  const context = path.join(folder, 'context');
  const [archive] = await Promise.all([
    rootArchive(folder),
    unpack(`node-linux-${os.arch()}@${nodeVersion}`, path.join(context, 'node')),
    unpack(`npm@${npmVersion}`, path.join(context, 'npm')),
  ]);
  const search = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const root = await mustRun({ file: 'docker', args: ['import', '--change', `ENV ${search}`, archive] });
  await writeFile(path.join(context, 'Dockerfile'), dockerfile);
  await mustRun({ file: 'docker', args: ['build', '--quiet', '--build-arg', `ROOT=${root}`, '--tag', tag, context] });
}

/**
 * The image that tests and the demo build on: `FLOTILLA_TEST_BASE_IMAGE`; else the official Node image, there or pulled; else one
 * built from Debian's and npm's packages and kept for the next time. Needs a Docker daemon.
 */
export async function baseImage(say: (message: string) => void = () => undefined): Promise<string> {
  const named = process.env['FLOTILLA_TEST_BASE_IMAGE'];
  if (named !== undefined && named !== '') return named;
  for (const image of [officialImage, tag]) if (await isThere(image)) return image;
  say(`Pulling ${officialImage}.`);
  const pull = { file: 'docker', args: ['pull', '--quiet', officialImage], timeoutMs: 3 * minutes };
  if (await succeeds(pull)) return officialImage;
  say(`${officialImage} can't be pulled here: building ${tag} from Debian packages.`);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'flotilla-base-'));
  try {
    await buildFromDebian(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return tag;
}
