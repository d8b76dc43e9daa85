import assert from 'node:assert/strict';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import type { EnvironmentSpec } from '../../../src/engine/runtime/contract.ts';
import { configurationText } from '../../../src/engine/runtime/devcontainer/configuration.ts';
import { labelText, SessionNames } from '../../../src/engine/runtime/devcontainer/sessionNames.ts';

interface Configuration {
  mounts: string[];
  runArgs: string[];
  containerEnv: Record<string, string>;
  workspaceMount: string;
  postCreateCommand?: string;
}

const spec: EnvironmentSpec = {
  sessionId: 'bcdfghjk',
  name: 'fix-the-parser',
  folder: '/data/sessions/bcdfghjk',
  workspaceFolder: '/workspaces/app',
  limits: { memory: 1024 ** 3, cpus: 1.5, pids: 300 },
  network: 'bridge',
  apiFolder: '/data/api',
  variables: { A: '1' },
  description: '{}',
};

function configuration(more: Partial<EnvironmentSpec> = {}): Configuration {
  const text = configurationText({
    spec: { ...spec, ...more },
    names: new SessionNames('scope', spec.sessionId),
    image: more.image ?? 'flotilla/claude-code:x',
    user: 'node',
    toolsVolume: 'flotilla-tools-x',
  });
  assert.match(text, /^\/\/ Made by Flotilla/);
  return JSON.parse(text.slice(text.indexOf('\n'))) as Configuration;
}

const refused = (more: Partial<EnvironmentSpec>): void => {
  assert.throws(
    () => configuration(more),
    (error) => FlotillaError.is(error, 'config-invalid'),
  );
};

describe('the generated devcontainer.json', () => {
  it('takes every power away and sets every limit', () => {
    const { runArgs } = configuration();
    for (const argument of [
      '--init',
      '--cap-drop=ALL',
      '--security-opt=no-new-privileges',
      '--log-driver=none',
      '--memory=1073741824',
      '--memory-swap=1073741824',
      '--cpus=1.5',
      '--pids-limit=300',
      '--name=flotilla-fix-the-parser-bcdfghjk',
    ])
      assert.ok(runArgs.includes(argument), argument);
    assert.ok(runArgs.some((argument) => /^--network=flotilla-bcdfghjk-[0-9a-f]{6}$/.test(argument)));
    assert.ok(configuration({ network: 'none' }).runArgs.includes('--network=none'));
  });

  it('mounts what is shared read-only', () => {
    const { mounts } = configuration({ objectsFolder: '/data/objects' });
    assert.ok(mounts.includes('type=volume,source=flotilla-tools-x,target=/flotilla/tools,readonly'));
    assert.ok(mounts.includes('type=bind,source=/data/objects,target=/flotilla/objects,readonly'));
    assert.ok(mounts.includes('type=bind,source=/data/api,target=/flotilla/api,readonly'));
  });

  it('quotes paths with commas and quotation marks', () => {
    const { mounts } = configuration({ apiFolder: '/data/a,b "c" ü' });
    assert.ok(mounts.includes('type=bind,"source=/data/a,b ""c"" ü",target=/flotilla/api,readonly'));
  });

  it('gives certificates and untouched volumes to images that are not ours', () => {
    const own = configuration({ certificates: '/etc/ca.pem' });
    assert.equal(own.containerEnv['SSL_CERT_FILE'], undefined);
    const foreign = configuration({ certificates: '/etc/ca.pem', image: 'other:1' });
    assert.equal(foreign.containerEnv['SSL_CERT_FILE'], '/flotilla/certificates.pem');
    assert.ok(foreign.mounts.includes('type=bind,source=/etc/ca.pem,target=/flotilla/certificates.pem,readonly'));
    assert.match(foreign.workspaceMount, /,volume-nocopy$/);
    assert.doesNotMatch(own.workspaceMount, /nocopy/);
  });

  it('lets no text be replaced by a variable of the host', () => {
    const description = '{"task":"${localEnv:HOME}"}';
    const setup = 'echo ${localEnv:HOME}';
    const { runArgs, postCreateCommand } = configuration({ description, setup });
    assert.equal(postCreateCommand, undefined);
    assert.ok(runArgs.every((argument) => !argument.includes('${')));
    const label = (key: string): string =>
      labelText.decode(
        runArgs.find((argument) => argument.startsWith(`--label=${key}=`))?.slice(`--label=${key}=`.length),
      );
    assert.equal(label('flotilla.description'), description);
    assert.equal(label('flotilla.setup'), setup);
    refused({ variables: { A: '${localEnv:HOME}' } });
    refused({ apiFolder: '/data/${localEnv:HOME}' });
  });

  it('shows the setup command', () => {
    assert.equal(configuration({ setup: 'npm ci && echo "$HOME"' }).postCreateCommand, 'npm ci && echo "$HOME"');
  });

  it('refuses names of variables that no shell takes, and relative folders', () => {
    refused({ variables: { 'A=B': 'x' } });
    refused({ workspaceFolder: 'workspaces/app' });
  });
});
