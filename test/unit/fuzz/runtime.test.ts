import assert from 'node:assert/strict';
import { PassThrough, type Readable } from 'node:stream';
import fc from 'fast-check';
import { instantSchema } from '../../../src/protocol/basics.ts';
import { errorBodySchema, errorCodes } from '../../../src/protocol/errors.ts';
import { resourcesSchema } from '../../../src/protocol/operations.ts';
import { FlotillaError, toErrorBody } from '../../../src/engine/base/errors.ts';
import { silentLog } from '../../../src/engine/base/log.ts';
import type { EnvironmentEvent } from '../../../src/engine/runtime/contract.ts';
import { Docker } from '../../../src/engine/runtime/devcontainer/docker.ts';
import type { ContainerPart } from '../../../src/engine/runtime/devcontainer/dockerTypes.ts';
import { parseOwner } from '../../../src/engine/runtime/devcontainer/environmentFiles.ts';
import { EventWatch } from '../../../src/engine/runtime/devcontainer/eventWatch.ts';
import { failureOf } from '../../../src/engine/runtime/devcontainer/failures.ts';
import { resourceUse } from '../../../src/engine/runtime/devcontainer/resourceUse.ts';
import { labelText } from '../../../src/engine/runtime/devcontainer/sessionNames.ts';
import { UpOutput } from '../../../src/engine/runtime/devcontainer/upOutput.ts';
import { cuts, damaged, fuzz, hostileRecord, hostileText, piecesOf } from '../../support/fuzz.ts';

const isPlainFailure = (error: FlotillaError): void => {
  assert.ok(error.code in errorCodes);
  errorBodySchema.parse(toErrorBody(error));
  assert.ok((error.detail?.length ?? 0) <= 8192 && error.message.length < 400);
};

describe('fuzzed: what the dev container CLI says', () => {
  const samples = [
    '{"outcome":"success","containerId":"c1","remoteUser":"node"}\n',
    '{"outcome":"error","message":"Command failed: docker run --name=x","description":"An error occurred"}\n',
    '{"type":"start","level":2,"timestamp":1,"text":"Run: docker run --sig-proxy=false"}\n',
    '{"type":"text","level":3,"timestamp":1,"text":"docker: Error response from daemon: No such image"}\n',
  ];
  const said = fc
    .array(fc.oneof(damaged(samples), fc.constantFrom(...samples), hostileText), { maxLength: 6 })
    .map((parts) => Buffer.from(parts.join('')));

  it('is read the same however it comes, and ends as a result or as a documented error', () =>
    fuzz(fc.tuple(said, said, cuts), ([out, log, sizes]) => {
      const read = (cut: (bytes: Buffer) => Buffer[]): unknown => {
        const [steps, results]: [string[], unknown[]] = [[], []];
        const output = new UpOutput(
          (text) => steps.push(text),
          (result) => results.push(result),
        );
        for (const piece of cut(out)) output.stdout.write(piece);
        for (const piece of cut(log)) output.stderr.write(piece);
        output.stdout.end();
        output.stderr.end();
        const failure = output.failure(out.toString());
        isPlainFailure(failure);
        return [steps, results, failure.message, failure.detail];
      };
      assert.deepEqual(
        read((bytes) => piecesOf(bytes, sizes)),
        read((bytes) => [bytes]),
      );
    }));

  it('becomes a documented error whatever it says', () =>
    fuzz(hostileText, (text) => {
      isPlainFailure(failureOf(text.repeat(20), { code: 'start-failed', message: 'It failed.' }));
    }));
});

/** A daemon that says what it is told to, and then one event that closes the case. */
class Daemon extends Docker {
  readonly stream = new PassThrough();

  override events(): Promise<Readable> {
    return Promise.resolve(this.stream);
  }
  override containers(): Promise<ContainerPart[]> {
    return Promise.resolve([]);
  }
  override stats(): Promise<Readable> {
    return Promise.resolve(this.stream);
  }
}

describe('fuzzed: what Docker says', () => {
  const attributes = hostileRecord(['flotilla.session', 'flotilla.workspace-folder', 'exitCode'], {
    'flotilla.session': hostileText,
    'flotilla.workspace-folder': hostileText,
    exitCode: fc.oneof(hostileText, fc.nat().map(String), fc.constant('9'.repeat(500))),
  });
  const event = hostileRecord(['Action', 'Actor', 'timeNano', 'Type'], {
    Action: fc.constantFrom('oom', 'die', 'start', 'destroy', 'exec_die'),
    Actor: hostileRecord(['Attributes', 'ID'], { Attributes: attributes }),
    timeNano: fc.oneof(fc.double(), fc.integer()),
  });
  const last = {
    Action: 'start',
    Actor: { Attributes: { 'flotilla.session': 'the-last', 'flotilla.workspace-folder': '/' } },
    timeNano: 1e18,
  };

  it('about environments becomes events with a real time, and never ends the watch', () =>
    fuzz(
      fc.tuple(
        fc.array(
          fc.oneof(
            event.map((one) => JSON.stringify(one)),
            hostileText,
          ),
          { maxLength: 5 },
        ),
        cuts,
      ),
      async ([lines, sizes]) => {
        const daemon = new Daemon();
        const watch = new EventWatch(daemon, 'scope', silentLog);
        const seen: EnvironmentEvent[] = [];
        const done = new Promise<void>((resolve) => {
          watch.listen((one) => {
            seen.push(one);
            if (one.sessionId === 'the-last') resolve();
          });
        });
        for (const piece of piecesOf(Buffer.from(lines.map((line) => `${line}\n`).join('')), sizes))
          daemon.stream.write(piece);
        daemon.stream.write(`\n${JSON.stringify(last)}\n`);
        await done;
        watch.close();
        for (const one of seen) {
          instantSchema.parse(one.at);
          if (one.type === 'stopped') assert.ok(one.exitCode === undefined || Number.isSafeInteger(one.exitCode));
        }
      },
    ));

  it('about what a container uses becomes numbers or nothing', () => {
    const cpu = hostileRecord(['cpu_usage', 'system_cpu_usage', 'online_cpus'], {
      cpu_usage: hostileRecord(['total_usage'], { total_usage: fc.double({ noNaN: true }) }),
      system_cpu_usage: fc.double({ noNaN: true }),
      online_cpus: fc.integer(),
    });
    const sample = hostileRecord(['memory_stats', 'cpu_stats', 'precpu_stats', 'pids_stats'], {
      memory_stats: hostileRecord(['usage', 'limit', 'stats'], { usage: fc.double(), limit: fc.double() }),
      ...{ cpu_stats: cpu, precpu_stats: cpu, pids_stats: hostileRecord(['current']) },
    });
    return fuzz(
      fc.array(
        fc.oneof(
          sample.map((one) => JSON.stringify(one)),
          hostileText,
        ),
        { maxLength: 3 },
      ),
      async (lines) => {
        const daemon = new Daemon();
        daemon.stream.end(lines.map((line) => `${line}\n`).join(''));
        const resources = await resourceUse(daemon, 'c');
        if (resources !== undefined) resourcesSchema.parse(resources);
      },
    );
  });

  it('as labels is taken back as it was, and anything else as some text', () =>
    fuzz(hostileText, (text) => {
      assert.equal(labelText.decode(labelText.encode(text)), Buffer.from(text).toString());
      assert.equal(typeof labelText.decode(text), 'string');
    }));

  it('of ids inside becomes numbers or a documented error', () =>
    fuzz(fc.oneof(damaged(['1000\n1000\n']), hostileText), (text) => {
      try {
        const { uid, gid } = parseOwner(text);
        assert.ok(Number.isSafeInteger(uid) && Number.isSafeInteger(gid));
      } catch (error) {
        assert.ok(FlotillaError.is(error, 'image-lacks'));
      }
    }));
});
