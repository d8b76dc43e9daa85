import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { eventually } from '../../support/eventually.ts';
import { GitSshServer, sshdFile } from '../../support/gitSshServer.ts';
import { rejected, RemoteBed } from '../../support/remoteBed.ts';
import { skipFor } from '../../support/skips.ts';

describe('a remote over ssh', function () {
  this.timeout(120_000);
  let bed: RemoteBed;
  let server: GitSshServer;
  const inherited = process.env['GIT_SSH_COMMAND'];

  before(function () {
    if (sshdFile() === undefined) skipFor(this, 'sshd is not installed: apt install openssh-server');
  });

  beforeEach(async () => {
    bed = new RemoteBed();
    server = await GitSshServer.start(bed.scratch.path('ssh'), sshdFile() ?? '');
    bed.remote = server.url(bed.origin);
    process.env['GIT_SSH_COMMAND'] = server.key('user');
  });

  afterEach(async () => {
    if (inherited === undefined) delete process.env['GIT_SSH_COMMAND'];
    else process.env['GIT_SSH_COMMAND'] = inherited;
    await server.close();
    bed.requireNothingLost();
    bed.scratch.remove();
  });

  it("takes a session's branch and a landing, and takes the push back", async () => {
    assert.equal((await bed.push()).before, undefined);
    const landed = await bed.land();
    assert.deepEqual([landed.before, landed.upToDate], [bed.base, false]);
    await bed.undo(bed.made, undefined);
    assert.deepEqual([bed.there(), bed.there(bed.branch)], [bed.made, undefined]);
  });

  it('refuses a key that it does not know, and one that may only read', async () => {
    process.env['GIT_SSH_COMMAND'] = server.stranger();
    await rejected(bed.push(), 'push-denied');
    // What GitHub says to a deploy key that may not write.
    const words = 'ERROR: The key you are authenticating with has been marked as read only.';
    process.env['GIT_SSH_COMMAND'] = server.key('reader', { command: `echo '${words}' >&2; exit 1` });
    assert.match(await rejected(bed.push(), 'push-denied'), /read but not push/);
  });

  it('is not trusted when its host key is another one', async () => {
    rmSync(bed.scratch.path('ssh/known'));
    const said = await rejected(bed.push(), 'push-denied');
    assert.match(said, /host key/);
  });

  it('has no such repository', async () => {
    bed.remote = server.url(`${bed.origin}-gone`);
    await rejected(bed.push(), 'repository-missing');
  });

  it('quotes the hook that declined', async () => {
    bed.hook('pre-receive', 'echo "no pushes on friday" >&2; exit 1');
    assert.match(await rejected(bed.land(), 'push-hook-declined'), /no pushes on friday/);
  });

  it('whose connection breaks when all is done but nothing was said counts as pushed', async () => {
    const [here, go] = [bed.scratch.path('here'), bed.scratch.path('go')];
    // Runs once the branch has moved, and before the server says so.
    bed.hook(
      'reference-transaction',
      `[ "$1" = committed ] || exit 0; touch '${here}'; while [ ! -e '${go}' ]; do sleep 0.05; done`,
    );
    const landing = bed.land();
    await eventually(() => existsSync(here), undefined, 20_000);
    server.cut();
    bed.hook('reference-transaction', 'exit 0');
    writeFileSync(go, '');
    const landed = await landing;
    assert.deepEqual([landed.before, bed.there()], [bed.base, bed.made]);
  });

  it('whose connection breaks before anything was done has nothing, and says so', async () => {
    const [here, go] = [bed.scratch.path('here'), bed.scratch.path('go')];
    bed.hook('pre-receive', `touch '${here}'; while [ ! -e '${go}' ]; do sleep 0.05; done; exit 1`);
    const landing = rejected(bed.land(), 'repository-unreachable');
    await eventually(() => existsSync(here), undefined, 20_000);
    server.cut();
    assert.match(await landing, /nothing has arrived/);
    writeFileSync(go, '');
    assert.equal(bed.there(), bed.base);
  });

  it('that is gone can not be reached', async () => {
    await server.close();
    await rejected(bed.push(), 'repository-unreachable');
    server = await GitSshServer.start(bed.scratch.path('ssh again'), sshdFile() ?? '');
  });
});
