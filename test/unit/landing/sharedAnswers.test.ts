import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { SharedAnswers } from '../../../src/engine/landing/sharedAnswers.ts';

describe('answers that many ask for', () => {
  const { signal: within } = new AbortController();

  it('are worked out once, and given to those who stay when one gives up', async () => {
    const answers = new SharedAnswers<string>(10);
    const [work, leaving] = [Promise.withResolvers<string>(), new AbortController()];
    let [started, cancelled] = [0, false];
    const ask = (signal: AbortSignal): Promise<string> =>
      answers.get(
        'key',
        (inner) => {
          started += 1;
          inner.addEventListener('abort', () => (cancelled = true));
          return work.promise;
        },
        signal,
      );
    const [gone, stays] = [ask(leaving.signal), ask(within)];
    leaving.abort();
    await assert.rejects(gone, { code: 'cancelled' });
    assert.equal(cancelled, false);
    work.resolve('answer');
    assert.equal(await stays, 'answer');
    assert.equal(await ask(within), 'answer');
    assert.equal(started, 1);
  });

  it('are given up when nobody waits any more, and worked out anew for the next', async () => {
    const answers = new SharedAnswers<string>(10);
    const leaving = new AbortController();
    const never = (inner: AbortSignal): Promise<string> =>
      new Promise((_, reject) => {
        inner.addEventListener('abort', () => reject(new Error('called off')));
      });
    const gone = answers.get('key', never, leaving.signal);
    leaving.abort();
    await assert.rejects(gone, { code: 'cancelled' });
    assert.equal(await answers.get('key', () => Promise.resolve('anew'), within), 'anew');
  });

  it('are not begun for who has given up before', async () => {
    const answers = new SharedAnswers<string>(10);
    let started = false;
    const work = (): Promise<string> => {
      started = true;
      return Promise.resolve('answer');
    };
    await assert.rejects(answers.get('key', work, AbortSignal.abort()), { code: 'cancelled' });
    assert.equal(started, false);
  });

  it('that failed are worked out again, and the oldest are forgotten', async () => {
    const answers = new SharedAnswers<number>(1);
    await assert.rejects(
      answers.get('a', () => Promise.reject(new Error('no')), within),
      { message: 'no' },
    );
    assert.equal(await answers.get('a', () => Promise.resolve(1), within), 1);
    assert.equal(await answers.get('b', () => Promise.resolve(2), within), 2);
    assert.equal(await answers.get('a', () => Promise.resolve(3), within), 3);
  });
});
