import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { panelMessageSchema, panelStateSchema } from '../../../src/protocol/panel.ts';
import { isWorkspacePath } from '../../../src/protocol/fileOperations.ts';
import { cleanLine, cleanText, visibleText } from '../../../src/cli/cleanText.ts';
import { exitCodes } from '../../../src/cli/exitCodes.ts';
import { attachUri } from '../../../src/extension/attach/attachUri.ts';
import { execArguments, execCommand } from '../../../src/extension/attach/execCommand.ts';
import { placeOf, partsOf } from '../../../src/extension/files/place.ts';
import { revisionOf, revisionParts } from '../../../src/extension/files/revision.ts';
import { oneLine } from '../../../src/extension/model/oneLine.ts';
import { sessionOfLink } from '../../../src/extension/model/sessionLink.ts';
import { sessionIdOf } from '../../../src/extension/model/sessionIdOf.ts';
import { plainText } from '../../../src/webview/plainText.ts';
import { damaged, fuzz, hostileRecord, hostileText, hostileValue } from '../../support/fuzz.ts';
import { cliBed } from '../cli/bed.ts';
import { FakeEngine } from '../cli/fakeEngine.ts';

const words = [
  ...[
    'new',
    'list',
    'show',
    'logs',
    'diff',
    'push',
    'remove',
    'stop',
    'engine',
    'status',
    'adopt',
    'send',
    'help',
    'land',
    'doctor',
  ],
  ...[
    '--json',
    '--help',
    '-V',
    '--version',
    '--',
    '-',
    '--prompt',
    '-p',
    '--memory',
    '4g',
    '--cpus',
    '--follow',
    '-f',
    '--yes',
    '--base=x',
  ],
  ...[
    '--prompt-file',
    '/nonexistent',
    '--network',
    'none',
    '--network=evil',
    '--discard',
    '--all',
    '--after',
    '--unknown',
    '-xyz',
  ],
];

describe('fuzzed: the command line', () => {
  const known = new Set<number>(Object.values(exitCodes));
  const args = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...words) }, hostileText), { maxLength: 7 });

  it('ends with a documented code and never as an error of its own, without a control character on the terminal', () =>
    fuzz(args, async (line) => {
      const engine = new FakeEngine({});
      engine.isRunning = false;
      const bed = cliBed(engine);
      bed.stdin.end();
      bed.env['NO_COLOR'] = '1';
      const code = await bed.run(...line.map((one) => one.replaceAll('\0', '')));
      assert.ok(known.has(code), String(code));
      assert.notEqual(code, exitCodes.internal, bed.err.text + bed.out.text);
      // What the command says on standard error is for people; latin1 leaves bytes of UTF-8 in the upper half.
      assert.doesNotMatch(bed.err.text, /[\u0000-\u0008\u000b-\u001f\u007f]/);
      if (!line.includes('--json')) assert.doesNotMatch(bed.out.text, /[\u0000-\u0008\u000b-\u001f\u007f]/);
    }));
});

describe('fuzzed: texts for people', () => {
  it('hold nothing that a terminal obeys or that turns a text round', () =>
    fuzz(hostileText, (text) => {
      for (const shown of [cleanText(text), visibleText(text), cleanLine(text)])
        assert.doesNotMatch(shown, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      assert.doesNotMatch(cleanLine(text), /[\r\n\t]/);
      assert.doesNotMatch(plainText(text), /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      const line = oneLine(text, 50);
      assert.ok(line.length <= 50);
      assert.doesNotMatch(line, /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }));

  it('hide nothing when they are to be judged', () =>
    fuzz(hostileText, (text) => {
      assert.ok(visibleText(text).length >= text.replaceAll('\r\n', '\n').length);
    }));
});

describe('fuzzed: what a panel says', () => {
  const types = [
    'ready',
    'action',
    'send',
    'openChange',
    'readChanges',
    'showTerminal',
    'input',
    'focus',
    'resize',
    'ack',
    'copy',
    'openLink',
    'problem',
  ];
  const message = hostileRecord(
    ['type', 'action', 'id', 'text', 'path', 'shown', 'data', 'encoding', 'size', 'stream', 'bytes', 'url'],
    {
      type: fc.constantFrom(...types),
      action: fc.constantFrom('start', 'remove', 'constructor'),
      encoding: fc.constantFrom('utf8', 'latin1', 'hex'),
      size: hostileRecord(['cols', 'rows'], { cols: fc.integer(), rows: fc.integer() }),
    },
  );

  it('is one of the known messages with nothing more in it, or nothing', () =>
    fuzz(fc.oneof(message, hostileValue), (value) => {
      const parsed = panelMessageSchema.safeParse(value);
      if (!parsed.success) return;
      const { data } = parsed;
      assert.ok(types.includes(data.type) || data.type === 'clipboardWrite');
      assert.deepEqual(Object.keys(data).sort(), Object.keys(value as object).sort());
      if (data.type === 'resize' || data.type === 'focus') assert.ok(data.size.cols <= 1000 && data.size.rows <= 1000);
    }));

  it('is kept over a reload only as far as it makes sense', () =>
    fuzz(hostileRecord(['sessionId', 'tab', 'lastTab', 'draft'], { sessionId: fc.constant('bcdfghjk') }), (value) => {
      const parsed = panelStateSchema.safeParse(value);
      if (parsed.success) assert.match(parsed.data.sessionId, /^[a-z0-9]{8}$/);
    }));
});

describe('fuzzed: links and URIs', () => {
  it('name a session by its id, or nothing', () =>
    fuzz(fc.oneof(damaged(['/session/bcdfghjk', '/session/bcdfghjk/']), hostileText), (text) => {
      assert.match(sessionOfLink(text) ?? 'bcdfghjk', /^[a-z0-9]{8}$/);
      assert.match(sessionIdOf(text) ?? 'bcdfghjk', /^[a-z0-9]{8}$/);
    }));

  it('of files lead below the workspace, or nowhere', () => {
    const uri = fc.record({
      authority: fc.oneof(fc.constantFrom('bcdfghjk', 'bcdfghjk.landing'), hostileText),
      path: fc.oneof(damaged(['/src/a.ts', '/../../etc/passwd', '/a/./b', '//etc/passwd', '/']), hostileText),
      query: fc.oneof(fc.constantFrom('nothing', `base=${'a'.repeat(40)}`, 'ours-of=x'), hostileText),
    });
    return fuzz(uri, (parts) => {
      const place = placeOf(parts);
      if (place === undefined) return;
      assert.ok(isWorkspacePath(place.path) && !place.path.startsWith('/'), place.path);
      assert.ok(!place.path.split('/').includes('..'));
      assert.deepEqual(placeOf(partsOf(place)), place);
      const found = revisionOf(parts);
      if (found !== undefined) assert.deepEqual(revisionOf(revisionParts(place, found.revision)), found);
    });
  });

  it('into a container keep its folder as it is', () =>
    fuzz(fc.tuple(hostileText, hostileText), ([name, folder]) => {
      const url = new URL(attachUri({ name, workspaceFolder: `/workspaces/${folder.toWellFormed()}` }));
      assert.equal(url.protocol, 'vscode-remote:');
      assert.match(url.host, /^attached-container\+[0-9a-f]+$/);
    }));

  it('as a line for a shell are the same arguments again, whatever stands in them', () =>
    fuzz(fc.array(hostileText, { minLength: 2, maxLength: 4 }), (texts) => {
      const places = texts.map((text) => {
        const plain = text.replaceAll('\0', '').toWellFormed();
        return { name: 'x', user: 'node', workspaceFolder: `/workspaces/${plain}` };
      });
      const script = places.map((place) => `set -- ${execCommand(place, 'linux')}; printf '%s\\0' "$@"`).join('\n');
      const said = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
      const expected = places.flatMap((place) => ['docker', ...execArguments(place)]);
      assert.deepEqual(said.split('\0').slice(0, -1), expected);
    }));
});
