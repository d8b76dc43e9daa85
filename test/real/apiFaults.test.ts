import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { sleep } from '../../src/engine/base/clock.ts';
import type { OperationInput } from '../../src/protocol/operations.ts';
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
  /** Why the session waits or has failed when the fault lasts, and what that is called. */
  readonly code: string;
  readonly says: RegExp;
  /** What becomes of it then: it waits for a person, waits and goes on by itself at once, or has failed. */
  readonly then: 'waits' | 'goes on' | 'fails';
  /** When the API says that it ends, in seconds since 1970. */
  readonly until?: number;
  /** As the session was made. */
  readonly whenRefused?: 'fail';
  /** What the timeline tells while Claude tries again; absent where Claude does not say it, or does not try again. */
  readonly tells?: RegExp;
  /** Claude does not try again. */
  readonly final?: boolean;
}

const hotel = {
  headers: { 'content-type': 'text/html' },
  body: '<html><body>Log in to the hotel network</body></html>',
};

/** As a subscription's limit is told, with its end in seconds since 1970. */
const limitEnd = Math.floor(Date.now() / 1000) + 3600;
const usageLimit = {
  'anthropic-ratelimit-unified-status': 'rejected',
  'anthropic-ratelimit-unified-reset': String(limitEnd),
  'anthropic-ratelimit-unified-representative-claim': 'five_hour',
};

const cases: Readonly<Record<string, Case>> = {
  'a silence': {
    fault: { silent: true },
    code: 'api-trouble',
    then: 'waits',
    says: /^Claude got no proper answer from the API: Request timed out\./,
    tells: /gave no full answer; Claude asks again/,
  },
  'a stream that stalls': {
    fault: { stallAfter: 4 },
    code: 'api-trouble',
    then: 'waits',
    says: /^Claude got no proper answer from the API: .*\./,
  },
  'a stream that breaks': {
    fault: { cutAfter: 4 },
    code: 'api-trouble',
    then: 'waits',
    says: /^Claude got no proper answer from the API: .*(?:lost|reset|closed).*\./i,
    tells: /gave no full answer; Claude asks again/,
  },
  'error 400': {
    fault: { status: 400, type: 'invalid_request_error', message: 'max_tokens: too many' },
    code: 'api-refused',
    then: 'fails',
    says: /^The API refused what Claude asked \(400\): max_tokens: too many\./,
  },
  'error 401': {
    fault: { status: 401, type: 'authentication_error', message: 'invalid x-api-key' },
    code: 'credential-refused',
    then: 'waits',
    says: /^The API refused the credential \(401\)\./,
    tells: /^The API refused the credential \(401\)/,
  },
  'error 403': {
    fault: { status: 403, type: 'permission_error', message: 'this key may not do that' },
    code: 'credential-refused',
    then: 'waits',
    says: /^The API refused the credential \(403\): this key may not do that\./,
    final: true,
  },
  'error 429': {
    fault: { status: 429, type: 'rate_limit_error', message: 'Slow down', headers: { 'retry-after': '1' } },
    code: 'api-limited',
    then: 'goes on',
    says: /^The API limits requests \(429\): Slow down\./,
    tells: /error 429; Claude asks again/,
  },
  'a usage limit': {
    fault: { status: 429, type: 'rate_limit_error', message: 'You are out of it', headers: usageLimit },
    code: 'api-limited',
    then: 'waits',
    says: /^The API limits requests \(429\): You are out of it\./,
    tells: /error 429; Claude asks again/,
    until: limitEnd,
  },
  'error 500': {
    fault: { status: 500, message: 'Internal' },
    code: 'api-trouble',
    then: 'waits',
    says: /^The API has trouble \(500\): Internal\./,
    tells: /error 500; Claude asks again/,
  },
  'error 529': {
    fault: { status: 529, type: 'overloaded_error', message: 'Overloaded', headers: { 'retry-after': '1' } },
    code: 'api-trouble',
    then: 'goes on',
    says: /^The API has trouble(?: \(529\))?: .*Overloaded.*\./,
    tells: /error 529; Claude asks again/,
  },
  'a page in the place of an answer': {
    fault: { status: 200, ...hotel },
    whenRefused: 'fail',
    code: 'api-trouble',
    then: 'fails',
    says: /^Claude got no proper answer from the API: .*check for a proxy or gateway.*\./,
  },
};

const names = Object.keys(cases);
const work = bash('echo made > made.txt && git add made.txt && git commit -qm Made');

/** "once …" meets its fault one time, "always …" every time. */
const faulty: Scenario['rules'] = Object.entries(cases).flatMap(([name, { fault }]) => [
  { match: `^once ${name}$`, steps: [{ ...work, faults: [fault] }, { text: 'It is made.' }] },
  {
    match: `^always ${name}$`,
    steps: [{ text: 'This text is never read by anybody.', faults: [fault], lasting: true }],
  },
]);

/** Claude Code puts a message after one that got no answer into one with it. */
const refusal = {
  text: 'Never read.',
  faults: cases['error 401'] === undefined ? [] : [cases['error 401'].fault],
  lasting: true,
};
const rules: Scenario['rules'] = [{ match: 'refuse me$', steps: [refusal] }, ...faulty];

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
  this.timeout(600_000);
  let flotilla: Flotilla;
  let client: EngineClient;
  let folder = '';
  const found = new Map<string, Promise<Session[]>>();

  const create = async (prompt: string, more: Partial<OperationInput<'session.create'>> = {}): Promise<string> => {
    const how = { network: 'none', certificates: hostCertificates() } as const;
    const { session } = await client.call('session.create', { repository: folder, prompt, ...how, ...more });
    return session.id;
  };
  const until = async (id: string, wish: (session: Session) => boolean): Promise<Session> => {
    for (const end = Date.now() + 240_000; ;) {
      const { session } = await client.call('session.get', { session: id });
      if (wish(session)) return session;
      await sleep(100);
      assert.ok(Date.now() < end, `the session stayed ${session.state}: ${JSON.stringify(session.reason)}`);
    }
  };
  const over = (id: string, before?: Session): Promise<Session> =>
    until(id, ({ state, endedAt }) => ['completed', 'failed'].includes(state) && endedAt !== before?.endedAt);
  const waiting = (id: string): Promise<Session> => until(id, ({ state }) => state === 'waiting');
  const timeline = async (id: string): Promise<TimelineEntry[]> => {
    const { entries } = await client.call('session.logs', { session: id, after: 0, limit: 1000 });
    return entries.flatMap(({ entry }) => (entry.kind === 'timeline' ? [entry.timeline] : []));
  };

  /** The states it came to, one after the other, with their reasons. */
  const states = async (id: string): Promise<{ state: string; message: string }[]> => {
    const { entries } = await client.call('session.logs', { session: id, after: 0, limit: 1000 });
    return entries.flatMap(({ entry }) => (entry.kind === 'state' ? [entry] : []));
  };

  /** Goes on with a session that waits or has failed; a message is kept while it waits. */
  const goOn = async ({ id, state }: Session, withMessage: boolean): Promise<void> => {
    if (withMessage) {
      const { session } = await client.call('session.send', { session: id, text: 'and now?' });
      if (state === 'waiting') assert.deepEqual([session.state, session.queued], ['waiting', 1]);
    }
    if (!withMessage || state === 'waiting') await client.call('session.resume', { session: id });
  };

  /** How the session is after a fault that passed, after one that lasted, and after it went on. */
  const meet = async (name: string, at: number): Promise<Session[]> => {
    const { final, then, whenRefused } = cases[name] ?? {};
    const id = await create(`once ${name}`, whenRefused === undefined ? {} : { whenRefused });
    if (final === true) {
      const refused = await waiting(id);
      await client.call('session.resume', { session: id });
      return [refused, await over(id)];
    }
    const passed = await over(id);
    await client.call('session.send', { session: id, text: `always ${name}` });
    if (then === 'goes on') return [passed, await over(id, passed)];
    const lasted = then === 'waits' ? await waiting(id) : await over(id, passed);
    await goOn(lasted, at % 2 === 1);
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

  const refusedBy = ({ state, reason }: Session, { code, says, then, until: end }: Case): void => {
    assert.deepEqual([state, reason.code], [then === 'fails' ? 'failed' : 'waiting', code], reason.message);
    assert.match(reason.message, says);
    assert.equal(reason.until !== undefined, then === 'waits' && code !== 'credential-refused');
    const late = Date.parse(reason.until ?? '') / 1000 - (end ?? NaN);
    assert.ok(end === undefined || (late >= 0 && late <= 120), `${late} seconds after its end`);
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

  const casesOf = (wish: (one: Case) => boolean): [string, Case][] =>
    Object.entries(cases).filter(([, one]) => wish(one));

  for (const [name, one] of casesOf(({ final, then }) => final !== true && then !== 'goes on'))
    it(`gives ${name}, Claude tries again, and when that lasts the session says so and goes on later`, async () => {
      const [passed, lasted, later] = (await found.get(name)) ?? [];
      assert.ok(passed !== undefined && lasted !== undefined && later !== undefined);
      assert.deepEqual([passed.state, passed.resultText], ['completed', 'It is made.'], passed.reason.message);
      refusedBy(lasted, one);
      tellsOf(await timeline(passed.id), one);
      wentOn(later);
      assert.equal(later.head?.ahead, 1);
    });

  for (const [name, one] of casesOf(({ then }) => then === 'goes on'))
    it(`gives ${name}, Claude tries again, and when that lasts the session goes on by itself when the API says`, async () => {
      const [passed, later] = (await found.get(name)) ?? [];
      assert.ok(passed !== undefined && later !== undefined);
      tellsOf(await timeline(passed.id), one);
      const told = (await states(passed.id)).flatMap(({ state, message }) => (state === 'waiting' ? [message] : []));
      assert.equal(told.length, 1);
      assert.match(told[0] ?? '', one.says);
      wentOn(later);
      assert.match(later.resultText ?? '', /go on where you were interrupted/);
      assert.equal(later.head?.ahead, 1);
    });

  for (const [name, one] of casesOf(({ final }) => final === true))
    it(`gives ${name}, which Claude takes for an end, the session says so and goes on later`, async () => {
      const [refused, later] = (await found.get(name)) ?? [];
      assert.ok(refused !== undefined && later !== undefined);
      refusedBy(refused, one);
      tellsOf(await timeline(refused.id), one);
      wentOn(later);
    });

  it('refuses the credential, the session waits for another one, also when it is resumed with the same', async () => {
    await Promise.allSettled(found.values());
    const id = await create('refuse me');
    assert.equal((await waiting(id)).reason.code, 'credential-refused');
    await client.call('session.resume', { session: id, prompt: 'again, refuse me' });
    // It runs only for a moment: its states are read where they are kept.
    const isRefusedAgain = async (): Promise<boolean> =>
      /waiting .*running .*waiting/.test((await states(id)).map(({ state }) => state).join(' '));
    for (const end = Date.now() + 120_000; !(await isRefusedAgain());) {
      assert.ok(Date.now() < end, 'it was not refused again');
      await sleep(100);
    }
    assert.equal((await waiting(id)).reason.code, 'credential-refused');
    const credential = { kind: 'api-key', value: 'sk-ant-test-another-one' } as const;
    await client.call('credentials.set', { credential, upstream: flotilla.api.url });
    wentOn(await over(id));
  });

  it('refuses the credential, an interactive Claude says why it is idle, and hears what is sent once that is mended', async () => {
    const id = await create('always error 401', { mode: 'interactive' });
    const idle = await until(id, ({ activity }) => activity?.kind === 'idle' && activity.about !== undefined);
    assert.match(idle.activity?.about ?? '', /^The API refused the credential/);
    const failures = async (): Promise<string[]> => {
      const told = (await timeline(id)).filter(({ failed }) => failed === true);
      return [...new Set(told.map(({ kind }) => kind))].toSorted();
    };
    // The gateway tells the one, Claude's hook the other.
    for (const end = Date.now() + 60_000; (await failures()).length < 2 && Date.now() < end;) await sleep(100);
    assert.deepEqual(await failures(), ['limit', 'result']);
    await client.call('session.send', { session: id, text: 'and now?' });
    const isMended = ({ queued, activity }: Session): boolean =>
      queued === 0 && activity?.kind === 'idle' && activity.about === undefined;
    await until(id, isMended);
    const isAnswer = ({ kind, text }: TimelineEntry): boolean => kind === 'text' && text.endsWith('and now?');
    for (const end = Date.now() + 120_000; !(await timeline(id)).some(isAnswer);) {
      assert.ok(Date.now() < end, JSON.stringify(await timeline(id)));
      await sleep(100);
    }
  });
});
