import { LineSplitter } from '../../../src/engine/base/lines.ts';
import { Redactor } from '../../../src/engine/base/redactor.ts';
import { Tail } from '../../../src/engine/base/tail.ts';
import { readHook, readStatus, readStatusLine } from '../../../src/engine/claude/activityRecords.ts';
import { parseStreamLine } from '../../../src/engine/claude/streamJson.ts';
import { UsageMeter } from '../../../src/engine/gateway/usageMeter.ts';
import { checkpointCommand } from '../../../src/engine/git/checkpoint.ts';
import { commitsBetween } from '../../../src/engine/git/commits.ts';
import { parseChangedFiles } from '../../../src/engine/git/diff.ts';
import { explainGitError } from '../../../src/engine/git/explainGitError.ts';
import { GitError, withoutCredentials } from '../../../src/engine/git/gitError.ts';
import { mergeLines } from '../../../src/engine/git/mergeLines.ts';
import { parseStatus } from '../../../src/engine/git/status.ts';
import { failureOf } from '../../../src/engine/runtime/devcontainer/failures.ts';
import { UpOutput } from '../../../src/engine/runtime/devcontainer/upOutput.ts';
import { InputFilter } from '../../../src/engine/terminal/inputFilter.ts';
import { StreamCutter } from '../../../src/engine/terminal/streamCutter.ts';
import { cleanText, visibleText } from '../../../src/cli/cleanText.ts';
import { oneLine } from '../../../src/extension/model/oneLine.ts';
import { plainText } from '../../../src/webview/plainText.ts';

const length = 1_000_000;
/** Whatever a pattern may begin with and go on with: each is repeated until the text is long. */
const pieces = [
  ...[
    'a',
    'a.',
    '"x"',
    'eyJaaaaaaaa.',
    '-----BEGIN PRIVATE KEY-----',
    '"password":"\\',
    'password',
    'a://b:',
    '://',
    '@',
    ' ',
    '\n',
  ],
  ...[
    '\r',
    '\0',
    'cookie:',
    'API_KEY',
    'Bearer ',
    'sk-',
    '\\"',
    "repository '",
    'unable to access ',
    'Run: docker run ',
    '1.2.3',
  ],
  ...[
    '\u001b',
    '\u001b]0',
    '\u001b[0',
    '\u001b]52;c;',
    '\u001bP0>',
    '\u009b0',
    '\u0301',
    '[',
    '{"a":',
    '<local-command-',
    '1 ',
    ':1 ',
  ],
];
const record = (key: string, text: string): string =>
  JSON.stringify({ type: 'result', hook_event_name: 'Stop', [key]: text });
const stdoutOf = (text: string): { exitCode: number; stdout: Buffer; stderr: string } => ({
  ...{ exitCode: 0, stdout: Buffer.from(text), stderr: '' },
});

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'taking credentials out': withoutCredentials,
  'taking secrets out': (text) => new Redactor().redact(text),
  'explaining git': (text) => explainGitError(new GitError(['fetch'], 1, text), 'it'),
  'explaining Docker': (text) => failureOf(text, { code: 'internal', message: 'It failed.' }),
  'reading the dev container CLI': (text) => {
    const output = new UpOutput(
      () => undefined,
      () => undefined,
    );
    output.stderr.write(Buffer.from(`${JSON.stringify({ type: 'text', text })}\n${text}\n`));
    return output.failure(text);
  },
  'reading stream-json': (text) => [parseStreamLine(record('result', text)), parseStreamLine(text)],
  'reading records': (text) => [
    readHook(`{${text}`),
    readHook(record('prompt', text)),
    readStatus(text),
    readStatusLine(text),
  ],
  'reading usage': (text) => {
    const meter = UsageMeter.for('text/event-stream', undefined);
    // In pieces as sockets bring them: the parser takes the square of the time of one piece for carriage returns.
    for (let at = 0; at < text.length; at += 65_536) meter?.write(Buffer.from(text.slice(at, at + 65_536)));
    return meter?.end();
  },
  'reading a checkpoint': (text) => checkpointCommand('/w').parse(stdoutOf(text)),
  'reading commits': (text) => commitsBetween({ include: [], exclude: [] }, 1).parse(stdoutOf(text)),
  'reading changed files': (text) => parseChangedFiles(Buffer.from(text)),
  'reading status': (text) => parseStatus(Buffer.from(text)),
  'reading attributes': (text) => mergeLines(text, 'folder'),
  'cutting lines': (text) => {
    new LineSplitter(() => undefined).write(Buffer.from(text));
  },
  'keeping a tail': (text) => {
    const tail = new Tail();
    tail.write(text);
    return tail.lines();
  },
  'cutting a terminal': (text) => new StreamCutter().feed(Buffer.from(text)),
  'filtering what is typed': (text) => new InputFilter().take(Buffer.from(text), false),
  'cleaning for a terminal': (text) => [cleanText(text), visibleText(text)],
  'cleaning for VS Code': (text) => [oneLine(text, 200), plainText(text)],
};

/** What takes the square of a text's length takes hours for these: such a reader shows, since
 * the run of all tests ends a file that takes too long and names the test. */
describe('megabytes of one thing do not hold the engine up when it is', () => {
  for (const [name, read] of Object.entries(readers))
    it(name, () => {
      for (const piece of pieces) read(piece.repeat(Math.ceil(length / piece.length)));
    });
});
