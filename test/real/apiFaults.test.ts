import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { sleep } from '../../src/engine/base/clock.ts';
import type { TimelineEntry } from '../../src/protocol/events.ts';
import type { Session } from '../../src/protocol/session.ts';
import { hostCertificates, requirePart } from '../support/bed.ts';
import { Flotilla } from '../support/flotilla.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import type { Scenario } from '../support/scriptedApi/scenario.ts';
import { bash } from '../support/sessions.ts';

type Step = NonNullable<NonNullable<Scenario['rules']>[number]['steps'][number]>;
type Fault = NonNullable<Step['faults']>[number];

interface Case {
  readonly fault: Fault;
  /** The end's reason when the fault lasts. */
  readonly code: string;
  readonly says: RegExp;
  /** What the timeline tells while Claude tries again; absent where Claude does not say it, or does not try again. */
  readonly tells?: RegExp;
  /** Claude does not try again. */
  readonly final?: boolean;
}

const hotel = {
  headers: { 'content-type': 'text/html' },
  body: '<html><body>Log in to the hotel network</body></html>',
};

const cases: Readonly<Record<string, Case>> = {
  'a silence': {
    fault: { silent: true },
    code: 'api-trouble',
    says: /^Claude got no proper answer from the API: Request timed out\. Resume/,
    tells: /gave no full answer; Claude asks again/,
  },
  'a stream that stalls': {
    fault: { stallAfter: 4 },
    code: 'api-trouble',
    says: /^Claude got no proper answer from the API: .*\. Resume/,
  },
  'a stream that breaks': {
    fault: { cutAfter: 4 },
    code: 'api-trouble',
    says: /^Claude got no proper answer from the API: .*(?:lost|reset|closed).*\. Resume/i,
    tells: /gave no full answer; Claude asks again/,
  },
  'error 400': {
    fault: { status: 400, type: 'invalid_request_error', message: 'max_tokens: too many' },
    code: 'api-refused',
    says: /^The API refused what Claude asked \(400\): max_tokens: too many\. Resume/,
  },
  'error 401': {
    fault: { status: 401, type: 'authentication_error', message: 'invalid x-api-key' },
    code: 'credential-refused',
    says: /^The API refused the credential \(401\)\. Set a valid one and resume the session\.$/,
    tells: /^The API refused the credential \(401\)/,
  },
  'error 403': {
    fault: { status: 403, type: 'permission_error', message: 'this key may not do that' },
    code: 'credential-refused',
    says: /^The API refused the credential \(403\): this key may not do that\. Set/,
    final: true,
  },
  'error 429': {
    fault: { status: 429, type: 'rate_limit_error', message: 'Slow down', headers: { 'retry-after': '1' } },
    code: 'api-limited',
    says: /^The API limits requests \(429\): Slow down\. Resume/,
    tells: /error 429; Claude asks again/,
  },
  'error 500': {
    fault: { status: 500, message: 'Internal' },
    code: 'api-trouble',
    says: /^The API has trouble \(500\): Internal\. Resume/,
    tells: /error 500; Claude asks again/,
  },
  'error 529': {
    fault: { status: 529, type: 'overloaded_error', message: 'Overloaded' },
    code: 'api-trouble',
    says: /^The API has trouble(?: \(529\))?: .*Overloaded.*\. Resume/,
    tells: /error 529; Claude asks again/,
  },
  'a page in the place of an answer': {
    fault: { status: 200, ...hotel },
    code: 'api-trouble',
    says: /^Claude got no proper answer from the API: .*check for a proxy or gateway.*\. Resume/,
  },
};

const names = Object.keys(cases);
const work = bash('echo made > made.txt && git add made.txt && git commit -qm Made');

/** "once …" meets its fault one time, "always …" every time. */
const rules: Scenario['rules'] = Object.entries(cases).flatMap(([name, { fault }]) => [
  { match: `^once ${name}$`, steps: [{ ...work, faults: [fault] }, { text: 'It is made.' }] },
  {
    match: `^always ${name}$`,
    steps: [{ text: 'This text is never read by anybody.', faults: [fault], lasting: true }],
  },
]);

/** Claude Code's own settings, by which it gives up sooner than after minutes; ten seconds is the least for a stalled stream. */
const settings = JSON.stringify({
  env: {
    CLAUDE_CODE_MAX_RETRIES: '2',
    API_TIMEOUT_MS: '4000',
    CLAUDE_ENABLE_BYTE_WATCHDOG: '1',
    CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS: '10000',
  },
});

describe('when the API', function () {
  this.timeout(120_000);
  let flotilla: Flotilla;
  let client: EngineClient;
  let folder = '';
  const found = new Map<string, Promise<Session[]>>();

  const create = async (prompt: string, mode: Session['mode'] = 'autonomous'): Promise<string> => {
    const how = { network: 'none', certificates: hostCertificates() } as const;
    const { session } = await client.call('session.create', { repository: folder, prompt, mode, ...how });
    return session.id;
  };
  const until = async (id: string, wish: (session: Session) => boolean): Promise<Session> => {
    for (const end = Date.now() + 60_000; ;) {
      const { session } = await client.call('session.get', { session: id });
      if (wish(session)) return session;
      await sleep(100);
      assert.ok(Date.now() < end, `the session stayed ${session.state}: ${JSON.stringify(session.reason)}`);
    }
  };
  const over = (id: string, before?: Session): Promise<Session> =>
    until(id, ({ state, endedAt }) => ['completed', 'failed'].includes(state) && endedAt !== before?.endedAt);
  const timeline = async (id: string): Promise<TimelineEntry[]> => {
    const { entries } = await client.call('session.logs', { session: id, after: 0, limit: 1000 });
    return entries.flatMap(({ entry }) => (entry.kind === 'timeline' ? [entry.timeline] : []));
  };

  /** How the session is after a fault that passed, after one that lasted, and after it went on. */
  const meet = async (name: string, at: number): Promise<Session[]> => {
    const id = await create(`once ${name}`);
    const passed = await over(id);
    if (cases[name]?.final === true) await client.call('session.resume', { session: id });
    else await client.call('session.send', { session: id, text: `always ${name}` });
    const lasted = await over(id, passed);
    if (cases[name]?.final === true) return [passed, lasted];
    if (at % 2 === 0) await client.call('session.resume', { session: id });
    else await client.call('session.send', { session: id, text: 'and now?' });
    return [passed, lasted, await over(id, lasted)];
  };

  before(async function () {
    await requirePart(this, 'built command');
    flotilla = await Flotilla.start({ baseImage: await requirePart(this, 'base image'), scenario: { rules } });
    client = await flotilla.connect();
    folder = (await sampleRepository(flotilla.folder, { 'a.txt': 'a\n', '.claude/settings.json': settings })).folder;
    // Several at once, and each test waits for its own.
    const lanes = [Promise.resolve(), Promise.resolve(), Promise.resolve(), Promise.resolve()];
    for (const [at, name] of names.entries()) {
      const lane = at % lanes.length;
      const run = (lanes[lane] ?? Promise.resolve()).then(() => meet(name, at));
      found.set(name, run);
      lanes[lane] = run.then(
        () => undefined,
        () => undefined,
      );
    }
  });
  after(async () => {
    await Promise.allSettled(found.values());
    client.close();
    await flotilla.close();
  });

  /** What was billed of a conversation, as the API has it. */
  const billed = ({ claudeSessionId }: Session): { requests: number; input: number } => {
    const own = flotilla.api.requests.filter(({ conversation }) => conversation === claudeSessionId);
    const usages = own.flatMap(({ usage }) => (usage === undefined ? [] : [usage as { input_tokens: number }]));
    return { requests: usages.length, input: usages.reduce((sum, usage) => sum + usage.input_tokens, 0) };
  };

  const failedBy = ({ state, reason }: Session, { code, says }: Case): void => {
    assert.deepEqual([state, reason.code], ['failed', code], reason.message);
    assert.match(reason.message, says);
  };
  const tellsOf = (told: readonly TimelineEntry[], { says, tells = says }: Case): void => {
    const all = JSON.stringify(told);
    assert.ok(
      told.some(({ text }) => tells.test(text)),
      all,
    );
    assert.ok(
      told.some(({ kind, text, failed }) => kind === 'result' && failed === true && says.test(text)),
      all,
    );
  };
  const wentOn = (session: Session): void => {
    assert.equal(session.state, 'completed', session.reason.message);
    assert.match(session.resultText ?? '', /SCRIPTED-REPLY/);
    assert.deepEqual({ requests: session.usage.requests, input: session.usage.inputTokens }, billed(session));
  };

  for (const [name, one] of Object.entries(cases).filter(([, { final }]) => final !== true))
    it(`gives ${name}, Claude tries again, and when that lasts the session says so and goes on later`, async () => {
      const [passed, lasted, later] = (await found.get(name)) ?? [];
      assert.ok(passed !== undefined && lasted !== undefined && later !== undefined);
      assert.deepEqual([passed.state, passed.resultText], ['completed', 'It is made.'], passed.reason.message);
      failedBy(lasted, one);
      tellsOf(await timeline(passed.id), one);
      wentOn(later);
      assert.equal(later.head?.ahead, 1);
    });

  for (const [name, one] of Object.entries(cases).filter(([, { final }]) => final === true))
    it(`gives ${name}, which Claude takes for an end, the session says so and goes on later`, async () => {
      const [failed, later] = (await found.get(name)) ?? [];
      assert.ok(failed !== undefined && later !== undefined);
      failedBy(failed, one);
      tellsOf(await timeline(failed.id), one);
      wentOn(later);
    });

  it('refuses the credential, an interactive Claude says why it is idle, and hears what is sent once that is mended', async () => {
    const id = await create('always error 401', 'interactive');
    const idle = await until(id, ({ activity }) => activity?.kind === 'idle' && activity.about !== undefined);
    assert.match(idle.activity?.about ?? '', /^The API refused the credential/);
    const told = (await timeline(id)).filter(({ failed }) => failed === true);
    assert.deepEqual([...new Set(told.map(({ kind }) => kind))].toSorted(), ['limit', 'result']);
    await client.call('session.send', { session: id, text: 'and now?' });
    const isMended = ({ queued, activity }: Session): boolean =>
      queued === 0 && activity?.kind === 'idle' && activity.about === undefined;
    await until(id, isMended);
    const isAnswer = ({ kind, text }: TimelineEntry): boolean => kind === 'text' && text.endsWith('and now?');
    for (const end = Date.now() + 30_000; !(await timeline(id)).some(isAnswer);) {
      assert.ok(Date.now() < end, JSON.stringify(await timeline(id)));
      await sleep(100);
    }
  });
});
