import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sleep } from '../../src/engine/base/clock.ts';
import { FlotillaError, isCancelled } from '../../src/engine/base/errors.ts';
import { newSessionId } from '../../src/engine/base/ids.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import { archive } from '../../src/engine/runtime/devcontainer/archive.ts';
import { Docker } from '../../src/engine/runtime/devcontainer/docker.ts';
import { OwnImage } from '../../src/engine/runtime/devcontainer/ownImage.ts';
import { ToolsVolume } from '../../src/engine/runtime/devcontainer/toolsVolume.ts';
import { requirePart } from '../support/bed.ts';
import {
  becomes,
  inspected,
  noSignal,
  openRuntime,
  openRuntimeBed,
  type RuntimeBed,
  shell,
} from '../support/runtimeBed.ts';

const docker = async (...args: string[]): Promise<string> => {
  const { exitCode, stdout, stderr } = await runOnHost({ file: 'docker', args });
  assert.equal(exitCode, 0, stderr);
  return stdout.toString('utf8').trim();
};

describe('images of dev containers', function () {
  this.timeout(300_000);
  let bed: RuntimeBed;
  let close: (() => Promise<void>) | undefined;
  let claudeImage: string;
  const made: string[] = [];
  const tag = newSessionId();

  const build = async (dockerfile: string): Promise<string> => {
    const name = `flotilla-test-${tag}:${made.length}`;
    const input = dockerfile;
    const { exitCode, stderr } = await runOnHost({
      file: 'docker',
      args: ['build', '--quiet', '--tag', name, '-'],
      env: { DOCKER_BUILDKIT: '0' },
      input,
    });
    assert.equal(exitCode, 0, stderr);
    made.push(name);
    return name;
  };

  before(async function () {
    bed = await openRuntimeBed(this);
    close = bed.close;
    claudeImage = await requirePart(this, 'claude image');
  });
  after(async () => {
    if (made.length > 0) await docker('image', 'rm', '--force', ...made);
    // What a build that failed or was cancelled leaves are layers, kept by Docker for the next try.
    await docker('image', 'prune', '--force', '--filter', `label=flotilla.test=${tag}`);
    await close?.();
  });

  afterEach(async () => {
    for (const { sessionId } of await bed.runtime.list(noSignal)) await bed.runtime.discard(sessionId, noSignal);
  });

  describe('that the user named', () => {
    it('run as a user that is not root, who owns the volumes, with the certificates', async () => {
      const image = await build(
        `FROM ${claudeImage}\nUSER root\nRUN rm -rf /workspaces /flotilla && mkdir /workspaces && echo planted > /workspaces/planted\n`,
      );
      const environment = await bed.provision({ image });
      assert.equal(environment.user, 'node');
      assert.equal(environment.image, image);
      assert.equal(
        await shell(environment, 'id -un; stat -c "%U %n" /workspaces . /flotilla/claude'),
        'node\nnode /workspaces\nnode .\nnode /flotilla/claude\n',
      );
      assert.equal(
        await shell(
          environment,
          'ls /workspaces; touch /flotilla/claude/x; claude --version >/dev/null; ls /flotilla/tools | grep -c .',
        ),
        `sample\n${(await readdir('media/tools')).length}\n`,
      );
      const certificates = await shell(environment, 'grep -c BEGIN "$GIT_SSL_CAINFO" || true');
      assert.ok((await bed.spec()).certificates === undefined || Number(certificates) > 0);
      assert.equal(await inspected(environment.id, '.Config.User'), '"node"');
    });

    it('keep their own user', async () => {
      const image = await build(`FROM ${claudeImage}\nUSER root\nRUN useradd --uid 4321 dev\nUSER dev\n`);
      const environment = await bed.provision({ image });
      assert.equal(await shell(environment, 'id -u; stat -c %u . /flotilla/claude'), '4321\n4321\n4321\n');
    });

    it('never run as root, whatever it is called', async () => {
      const image = await build(
        `FROM ${claudeImage}\nUSER root\nRUN echo 'dev:x:00:00::/:/bin/sh' >> /etc/passwd\nUSER dev\n`,
      );
      await assert.rejects(bed.provision({ image }), (error) => FlotillaError.is(error, 'image-lacks'));
    });

    it('get no more rights and nothing of the host, whatever they ask for in their metadata', async () => {
      const wishes = [
        {
          privileged: true,
          capAdd: ['SYS_ADMIN'],
          securityOpt: ['seccomp=unconfined'],
          containerEnv: { LEAK: '${localEnv:PATH}' },
          mounts: ['type=bind,source=/etc,target=/hostetc'],
        },
      ];
      const greedy = await build(`FROM ${claudeImage}\nLABEL devcontainer.metadata='${JSON.stringify(wishes)}'\n`);
      const base = await build(`FROM ${bed.baseImage}\nLABEL devcontainer.metadata='${JSON.stringify(wishes)}'\n`);
      const ours = await openRuntime({ ...bed, baseImage: base });
      const environments = [
        await bed.provision({ image: greedy }),
        await ours.provision(await bed.spec(), () => undefined, noSignal),
      ];
      for (const { id, image } of environments) {
        assert.equal(await inspected(id, '.HostConfig.Privileged'), 'false');
        assert.equal(await inspected(id, '.HostConfig.CapAdd'), 'null');
        assert.equal(await inspected(id, '.HostConfig.SecurityOpt'), '["no-new-privileges"]');
        assert.doesNotMatch(await inspected(id, '.HostConfig.Mounts'), /hostetc/);
        assert.doesNotMatch(await inspected(id, '.Config.Env'), /LEAK/);
        made.push(image);
      }
      for (const { sessionId } of environments) await bed.runtime.discard(sessionId, noSignal);
      await ours.close();
    });

    it('are refused by name of all that they lack, and nothing stays', async () => {
      await assert.rejects(
        bed.provision({ image: bed.baseImage }),
        (error) => FlotillaError.is(error, 'image-lacks') && / lacks claude\. /.test(error.message),
      );
      const bare = await build(
        `FROM ${bed.baseImage}\nRUN rm "$(command -v git)" && sed -i '/^node:/d;/:1000:/d' /etc/passwd\n`,
      );
      await assert.rejects(
        bed.provision({ image: bare }),
        (error) =>
          FlotillaError.is(error, 'image-lacks') &&
          / lacks git, claude, a user that is not root\. /.test(error.message),
      );
      assert.deepEqual(await bed.runtime.list(noSignal), []);
      assert.deepEqual(await bed.leftovers(), []);
    });

    it('without a shell are refused as lacking sh', async () => {
      const tar = await archive([{ path: 'hello', content: 'x', mode: 0o644 }]);
      const name = `flotilla-test-${tag}:empty`;
      await runOnHost({ file: 'docker', args: ['import', '-', name], input: tar });
      made.push(name);
      await assert.rejects(
        bed.provision({ image: name }),
        (error) => FlotillaError.is(error, 'image-lacks') && / lacks sh\. /.test(error.message),
      );
      assert.deepEqual(await bed.leftovers(), []);
    });

    it('and can not be had are refused with advice', async () => {
      await assert.rejects(
        bed.provision({ image: 'localhost:1/no/such:image' }),
        (error) => FlotillaError.is(error, 'image-unavailable') && error.message.includes('image'),
      );
      assert.deepEqual(await bed.leftovers(), []);
    });
  });

  describe("that are Flotilla's own", () => {
    const folderWith = async (dockerfile: string): Promise<string> => {
      const folder = path.join(bed.folder, newSessionId());
      await mkdir(folder);
      await writeFile(path.join(folder, 'Dockerfile'), dockerfile);
      return folder;
    };
    const own = async (lines: string): Promise<OwnImage> =>
      new OwnImage(new Docker(), {
        folder: await folderWith(
          `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nARG TAG=${newSessionId()}\nLABEL flotilla.test=${tag}\n${lines}\n`,
        ),
        baseImage: bed.baseImage,
      });
    const building = async (...which: string[]): Promise<string> =>
      (await docker('ps', ...which, '--no-trunc', '--format', '{{.ID}} {{.Command}}'))
        .split('\n')
        .filter((line) => line.includes(tag))
        .join('\n');

    it('are built once for sessions that start together, and found the next time', async () => {
      const image = await own(`RUN sleep 1 # ${tag}`);
      const lines: string[][] = [[], []];
      const names = await Promise.all(
        lines.map((seen) => image.ensure(undefined, ({ line }) => seen.push(line), noSignal)),
      );
      made.push(names[0]!);
      assert.equal(names[0], names[1]);
      for (const seen of lines) assert.ok(seen.some((line) => line.startsWith('Step ')));
      const again: string[] = [];
      assert.equal(await image.ensure(undefined, ({ line }) => again.push(line), noSignal), names[0]);
      assert.deepEqual(again, []);
    });

    it('go on being built for one session when another one cancels', async () => {
      const image = await own(`RUN until [ -e /tmp/go ]; do sleep 0.1; done # ${tag}`);
      const abort = new AbortController();
      const first = image.ensure(undefined, () => undefined, abort.signal);
      const second = image.ensure(undefined, () => undefined, noSignal);
      await becomes(async () => (await building()) !== '');
      abort.abort();
      await assert.rejects(first, isCancelled);
      const [id = ''] = (await building()).split(' ');
      await docker('exec', id, 'touch', '/tmp/go');
      made.push(await second);
    });

    it('stop being built when nobody waits any more', async () => {
      const image = await own(`RUN sleep 600 # ${tag}`);
      const abort = new AbortController();
      const only = image.ensure(undefined, () => undefined, abort.signal);
      await becomes(async () => (await building()) !== '');
      abort.abort();
      await assert.rejects(only, isCancelled);
      await becomes(async () => (await building('--all')) === '', 120_000);
    });

    it('that fail to build say so with the last lines', async () => {
      const image = await own(`RUN echo "E: Unable to locate package" >&2; exit 100`);
      await assert.rejects(
        image.ensure(undefined, () => undefined, noSignal),
        (error) =>
          FlotillaError.is(error, 'image-build-failed') && error.detail?.includes('Unable to locate package') === true,
      );
    });

    it('are made for other certificates anew, and unreadable certificates are refused', async () => {
      const image = await own('COPY certificates.pem /c.pem');
      const pem = path.join(bed.folder, 'own.pem');
      await writeFile(pem, '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n');
      const names = [
        await image.ensure(undefined, () => undefined, noSignal),
        await image.ensure(pem, () => undefined, noSignal),
      ];
      made.push(...names);
      assert.notEqual(names[0], names[1]);
      for (const file of [path.join(bed.folder, 'none.pem'), '/etc/hostname'])
        await assert.rejects(
          image.ensure(file, () => undefined, noSignal),
          (error) => FlotillaError.is(error, 'config-invalid'),
        );
    });
  });

  it('and volumes of tools that older versions left are named or removed, unless a container uses them', async () => {
    const ours = async (what: string): Promise<string> => {
      const name = `flotilla/claude-code:test-${tag}-${what}`;
      await docker(
        'tag',
        await build(`FROM ${bed.baseImage}\nLABEL flotilla.image=claude-code it.is=${tag}${what}\n`),
        name,
      );
      await docker('image', 'rm', made.pop() ?? '');
      made.push(name);
      return name;
    };
    const built = await build(`FROM ${bed.baseImage}\nLABEL flotilla.image=claude-code it.is=theirs\n`);
    const old = await ours('old');
    const used = await ours('used');
    const container = await docker('create', used, 'true');
    // Docker tells an image's age in whole seconds.
    await sleep(1100);
    const newest = await ours('newest');
    try {
      const check = (await bed.runtime.check(noSignal)).find(({ id }) => id === 'docker-images');
      assert.equal(check?.status, 'warning');
      const named = /docker image rm ([^"]*)"/.exec(check.advice ?? '')?.[1]?.split(' ');
      assert.deepEqual(
        [old, used, newest, built].map((name) => named?.includes(name)),
        [true, false, false, false],
      );
    } finally {
      await docker('rm', container);
    }
    const removed: string[] = [];
    const day = 24 * 3_600_000;
    const volumes = [
      ['flotilla-tools-old', 2 * day],
      ['flotilla-tools-young', day / 2],
    ] as const;
    const stand = new (class extends Docker {
      override volumes(): ReturnType<Docker['volumes']> {
        const made = volumes.map(([name, age]) => ({
          name,
          labels: {},
          createdAt: new Date(Date.now() - age).toISOString(),
        }));
        return Promise.resolve([...made, { name: 'flotilla-tools-ageless', labels: {}, createdAt: undefined }]);
      }
      override removeVolume(name: string): Promise<void> {
        removed.push(name);
        return Promise.reject(new Error('volume is in use'));
      }
    })();
    await new ToolsVolume(stand, 'media/tools').removeOld(noSignal);
    assert.deepEqual(removed, ['flotilla-tools-old']);
  });

  it('get a volume of tools that is whole whoever filled it', async () => {
    const folder = path.join(bed.folder, 'tools');
    await mkdir(folder);
    await writeFile(path.join(folder, 'hello.sh'), `echo hello ${tag}`);
    await writeFile(path.join(folder, 'a.conf'), 'x');
    // Four engines at once, each with a memory of its own.
    const names = await Promise.all(
      Array.from({ length: 4 }, () => new ToolsVolume(new Docker(), folder).ensure(bed.baseImage, noSignal)),
    );
    try {
      assert.equal(new Set(names).size, 1);
      const line = 'sh /t/hello.sh; stat -c "%a %U %n" /t/*';
      const seen = await docker(
        'run',
        '--rm',
        '--user',
        '1000',
        '--network',
        'none',
        '-v',
        `${names[0]!}:/t:ro`,
        bed.baseImage,
        'sh',
        '-c',
        line,
      );
      assert.equal(seen, `hello ${tag}\n644 root /t/a.conf\n755 root /t/hello.sh`);
      assert.equal(await docker('ps', '-aq', '--filter', `label=flotilla.tools=${names[0]!}`), '');
    } finally {
      await docker('volume', 'rm', names[0]!);
    }
  });
});
