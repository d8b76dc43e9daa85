import assert from 'node:assert/strict';
import { attachUri } from '../../../src/extension/attach/attachUri.ts';
import { execArguments, execCommand } from '../../../src/extension/attach/execCommand.ts';

describe('the URI of a window in a container', () => {
  const named = (uri: string): unknown => {
    const [, hex = ''] = /^vscode-remote:\/\/attached-container\+([0-9a-f]+)[@/]/.exec(uri) ?? [];
    return JSON.parse(Buffer.from(hex, 'hex').toString('utf8'));
  };

  it('holds the container and the folder', () => {
    const uri = attachUri({ name: 'flotilla-pear-abcd1234', workspaceFolder: '/workspaces/orchard' });
    assert.deepEqual(named(uri), { containerName: '/flotilla-pear-abcd1234' });
    assert.ok(uri.endsWith('/workspaces/orchard') && !uri.includes('@'), uri);
  });

  it('holds the machine that the window works on, when that is another one', () => {
    const place = { name: 'x', workspaceFolder: '/w', remoteAuthority: 'ssh-remote+far' };
    assert.match(attachUri(place), /^vscode-remote:\/\/attached-container\+[0-9a-f]+@ssh-remote\+far\/w$/);
  });

  it('takes any folder', () => {
    const uri = attachUri({ name: 'x', workspaceFolder: '/workspaces/my orchard ü#?%' });
    assert.ok(uri.endsWith('/workspaces/my%20orchard%20%C3%BC%23%3F%25'), uri);
  });
});

describe('the command for a shell in a container', () => {
  const place = { name: 'flotilla-x-1', user: 'node', workspaceFolder: "/workspaces/it's mine" };

  it('is quoted for the shell of the host', () => {
    const start = 'docker exec -it --user node --workdir';
    const posix = execCommand(place, 'linux');
    assert.equal(
      posix,
      `${start} '/workspaces/it'\\''s mine' flotilla-x-1 sh -c 'command -v bash >/dev/null && exec bash; exec sh'`,
    );
    const windows = execCommand(place, 'win32');
    assert.equal(
      windows,
      `${start} "/workspaces/it's mine" flotilla-x-1 sh -c "command -v bash >/dev/null && exec bash; exec sh"`,
    );
  });

  it('lets no name run anything on the host', () => {
    const hostile = { ...place, workspaceFolder: '/workspaces/a" $(calc) `b` %PATH% \\' };
    assert.ok(execCommand(hostile, 'linux').includes(`'/workspaces/a" $(calc) \`b\` %PATH% \\'`));
    assert.ok(execCommand(hostile, 'win32').includes('--workdir "/workspaces/a (calc) b PATH " flotilla'));
  });

  it('takes no part of a place for an option or a shell word when it is run directly', () => {
    assert.deepEqual(execArguments(place).slice(0, 7), [
      ...['exec', '-it', '--user', 'node', '--workdir', "/workspaces/it's mine", 'flotilla-x-1'],
    ]);
  });
});
