import assert from 'node:assert/strict';
import type { OperationName } from '../../../src/protocol/operations.ts';
import type { Session } from '../../../src/protocol/session.ts';
import { cliBed, event, session, until } from './bed.ts';
import { FakeEngine } from './fakeEngine.ts';

type Answers = Partial<Record<OperationName, (input: never) => unknown>>;

const engineOf = (more: Answers = {}): FakeEngine =>
  new FakeEngine({
    'system.info': () => ({ seq: 0 }),
    'session.create': () => ({ session: session({ state: 'created' }) }),
    'session.output': () => ({ session: session({ state: 'completed' }), result: 'Done it.', files: [], commits: [] }),
    ...more,
  });
const becomes = (state: Session['state'], more: Partial<Session> = {}): ReturnType<typeof event> =>
  event({
    type: 'session.updated',
    data: { changes: { state, reason: { code: 'x', message: `It is ${state}.` }, ...more } },
  });
const step = (status: 'running' | 'done', fraction: number): ReturnType<typeof event> =>
  event({
    type: 'session.progress',
    data: { step: 'image', title: 'Building the image', status, fraction, detail: 'RUN apt\x1b[2J' },
  });
const said = (text: string): ReturnType<typeof event> =>
  event({ type: 'session.timeline', data: { kind: 'text', text } });

describe('flotilla new', () => {
  it('takes the certificates that the environment names, unless others are named', async () => {
    const given = async (env: Record<string, string>, ...args: string[]): Promise<unknown> => {
      const engine = engineOf();
      engine.happen(becomes('completed'));
      const bed = cliBed(engine);
      Object.assign(bed.env, env);
      await bed.run('new', 'shop', '--prompt', 'x', '--detach', ...args);
      return (engine.calls[1]?.input as { certificates?: string }).certificates;
    };
    const env = { FLOTILLA_CERTIFICATES: '/etc/company.pem' };
    assert.equal(await given(env), '/etc/company.pem');
    assert.equal(await given(env, '--certificates', '/other.pem'), '/other.pem');
    assert.equal(await given({ FLOTILLA_CERTIFICATES: '' }), undefined);
  });

  it('follows a session in plain lines to its end', async () => {
    const engine = engineOf();
    const bed = cliBed(engine);
    engine.happen(
      becomes('starting'),
      step('running', 0.1),
      step('running', 0.2),
      step('done', 0.3),
      becomes('running'),
    );
    engine.happen(said('I look at\x1b[2J the code.'), becomes('completed'));
    assert.equal(await bed.run('new', 'shop', '--prompt', 'fix it', '--memory', '1.5g', '--cpus', '0.5'), 0);
    const [, create] = engine.calls;
    assert.deepEqual(create?.input, {
      ...{ repository: '/tmp/shop', prompt: 'fix it', mode: 'autonomous', takeUncommitted: false },
      limits: { memory: 1.5 * 1024 ** 3, cpus: 0.5 },
    });
    assert.deepEqual(engine.wishes, [{ credentials: true }]);
    assert.equal(bed.err.text, 'Building the image ...\nBuilding the image: done (0s)\n');
    assert.match(
      bed.out.text,
      /^starting .*\nrunning .*\nclaude {5}I look at the code\.\ncompleted .*\n\nSession {2}bcdfghjk/,
    );
    assert.equal(engine.open, 0);
  });

  it('draws a bar over itself on a terminal', async () => {
    const engine = engineOf();
    const bed = cliBed(engine);
    bed.err.isTTY = true;
    engine.happen(step('running', 0.5), becomes('completed'));
    await bed.run('new', '.', '-p', 'x');
    assert.ok(
      bed.err.text.includes('\r\x1b[2K[############------------]  50% Building the image: RUN apt'),
      bed.err.text,
    );
    assert.ok(bed.err.text.endsWith('\r\x1b[2K'));
  });

  for (const [repository, expected] of [
    ['https://example.com/a.git', 'https://example.com/a.git'],
    ['git@example.com:a/b.git', 'git@example.com:a/b.git'],
    ['example:b', 'example:b'],
    ['a/b:c', '/tmp/a/b:c'],
    ['./x:y', '/tmp/x:y'],
    ['/abs/é x', '/abs/é x'],
  ] as const)
    it(`takes ${repository} for ${expected === repository ? 'what it is' : expected}`, async () => {
      const engine = engineOf();
      await cliBed(engine).run('new', repository, '-p', 'x', '--detach');
      assert.equal((engine.calls[1]?.input as { repository: string }).repository, expected);
    });

  it('reads the prompt from standard input', async () => {
    const engine = engineOf();
    const bed = cliBed(engine);
    bed.stdin.end('do this');
    assert.equal(await bed.run('new', '.', '-', '--detach', '--json'), 0);
    assert.equal((engine.calls[1]?.input as { prompt: string }).prompt, 'do this');
    assert.equal((JSON.parse(bed.out.text) as { session: Session }).session.id, 'bcdfghjk');
  });

  it('ends with 1 when the session fails, and does not push', async () => {
    const failed = session({ state: 'failed', reason: { code: 'claude-failed', message: 'Claude failed.' } });
    const engine = engineOf({ 'session.output': () => ({ session: failed, files: [], commits: [] }) });
    engine.happen(becomes('failed'));
    assert.equal(await cliBed(engine).run('new', '.', '-p', 'x', '--push'), 1);
    assert.ok(!engine.names().includes('session.push'));
  });

  it('pushes once it has completed, when asked to', async () => {
    const pushed = {
      session: session({ state: 'completed' }),
      commit: 'c'.repeat(40),
      remote: 'origin',
      branch: 'b',
      upToDate: false,
    };
    const engine = engineOf({ 'session.push': () => pushed });
    const bed = cliBed(engine);
    engine.happen(becomes('completed'));
    assert.equal(await bed.run('new', '.', '-p', 'x', '--push', '--json'), 0);
    const last = JSON.parse(bed.out.text.trim().split('\n').at(-1) ?? '') as { pushed: { branch: string } };
    assert.equal(last.pushed.branch, 'b');
  });

  it('cancels a session at Ctrl-C while it starts', async () => {
    const engine = engineOf({ 'session.cancel': () => ({ session: session({ state: 'cancelled' }) }) });
    const bed = cliBed(engine);
    const running = bed.run('new', '.', '-p', 'x');
    engine.happen(becomes('starting'));
    await until(() => bed.out.text.includes('starting'));
    bed.interrupt?.();
    assert.equal(await running, 130);
    assert.equal(engine.names().at(-1), 'session.cancel');
  });

  it('lets a session go on at Ctrl-C once Claude works, and says how to come back', async () => {
    const engine = engineOf();
    const bed = cliBed(engine);
    const running = bed.run('new', '.', '-p', 'x');
    engine.happen(becomes('running'));
    await until(() => bed.out.text.includes('running'));
    bed.interrupt?.();
    assert.equal(await running, 130);
    assert.match(bed.err.text, /flotilla logs -f bcdfghjk/);
    assert.ok(!engine.names().includes('session.cancel'));
  });

  it('does not wait for credentials that nobody hands over', async () => {
    const waiting = session({ state: 'waiting', reason: { code: 'no-credentials', message: 'No key.' } });
    const engine = engineOf({ 'session.output': () => ({ session: waiting, files: [], commits: [] }) });
    engine.happen(becomes('waiting', { reason: waiting.reason }));
    const bed = cliBed(engine);
    assert.equal(await bed.run('new', '.', '-p', 'x'), 4);
    assert.match(bed.err.text, /ANTHROPIC_API_KEY/);
  });

  it('follows a session past a limit of the API, and says until when it waits', async () => {
    const engine = engineOf({
      'session.output': () => ({ session: session({ state: 'completed' }), files: [], commits: [] }),
    });
    const reason = { code: 'api-limited', message: 'The API limits requests.', until: '2099-02-03T10:05:00.000Z' };
    engine.happen(becomes('waiting', { reason }), becomes('completed'));
    const bed = cliBed(engine);
    assert.equal(await bed.run('new', '.', '-p', 'x', '--when-refused', 'wait'), 0);
    assert.match(bed.out.text, /waiting +Until 3 Feb \d\d:\d5\. The API limits requests\./);
  });
});

describe('flotilla logs', () => {
  it('goes on after what was, with nothing missing and nothing twice', async () => {
    const [first, second] = [said('one'), said('two')];
    const log = [
      { seq: first.seq, at: first.at, entry: { kind: 'timeline', timeline: { kind: 'text', text: 'one' } } },
    ];
    const engine = engineOf({
      'session.get': () => ({ session: session() }),
      'session.logs': ({ after }: { after: number }) => ({ entries: log.filter(({ seq }) => seq > after) }),
    });
    engine.happen(first, second, becomes('completed'));
    const bed = cliBed(engine);
    assert.equal(await bed.run('logs', '-f', 'x'), 0);
    assert.equal(bed.out.text.match(/claude +one/g)?.length, 1);
    assert.equal(bed.out.text.match(/claude +two/g)?.length, 1);
  });
});
