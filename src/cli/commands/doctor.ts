import { z } from 'zod';
import type { Check } from '../../protocol/operations.ts';
import { cleanLine } from '../cleanText.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import type { Color, Output } from '../output.ts';
import { helpWithCheck } from '../helpWith.ts';
import { withEngine } from '../withEngine.ts';

const looks: Readonly<Record<Check['status'], { readonly word: string; readonly color: Color }>> = {
  ok: { word: 'ok', color: 'green' },
  warning: { word: 'warning', color: 'yellow' },
  failed: { word: 'failed', color: 'red' },
};

function showCheck(output: Output, { id, status, title, message, advice }: Check): void {
  const { word, color } = looks[status];
  output.line(`${output.paint(color, word.padEnd(8))} ${cleanLine(title)}: ${cleanLine(message)}`);
  if (advice === undefined) return;
  for (const line of [advice, helpWithCheck(id)]) if (line !== undefined) output.line(`         ${cleanLine(line)}`);
}

export const doctor = defineCommand(
  {
    name: 'doctor',
    summary: 'check what Flotilla needs: git, Docker, credentials, proxy and certificates',
    arguments: [],
    options: [jsonOption],
    examples: [['flotilla doctor', 'each check, and what to do; exit code 1 when one failed']],
  },
  z.object({}),
  async (context) => {
    const { output } = context;
    const { checks } = await withEngine(context, (engine) => engine.call('system.doctor', {}), { credentials: true });
    if (output.json) output.document({ checks });
    else for (const check of checks) showCheck(output, check);
    return checks.some(({ status }) => status === 'failed') ? exitCodes.failed : exitCodes.ok;
  },
);
