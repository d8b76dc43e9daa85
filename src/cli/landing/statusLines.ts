import type { Landing } from '../../protocol/landing.ts';
import type { OperationOutput } from '../../protocol/operations.ts';
import { plainOutput } from '../../protocol/plainOutput.ts';
import { cleanLine } from '../cleanText.ts';
import type { Output } from '../output.ts';
import { factLines, factsOf, labelWidth } from './landingFacts.ts';
import { landingColors, stepTitle } from './landingWords.ts';

/** Lines of a verification's output that are shown with its verdict. */
const outputLines = 20;

/** How a landing stands, for a person. */
export function statusLines(output: Output, status: OperationOutput<'landing.status'>): string[] {
  const { landing } = status;
  if (landing === undefined) return ['This session was never landed.'];
  const field = (title: string, text: string): string => `${output.paint('bold', title.padEnd(labelWidth))}${text}`;
  const { state, reason, target, result } = landing;
  return [
    field('Landing', `${output.paint(landingColors[state], stateWord(landing))}: ${cleanLine(reason.message)}`),
    ...(reason.detail?.trimEnd().split('\n') ?? []).map((line) => `${' '.repeat(labelWidth)}${cleanLine(line)}`),
    field('Target', `${cleanLine(target.branch)} (${target.commit.slice(0, 9)})`),
    ...(result === undefined ? [] : [field('Result', result.slice(0, 9))]),
    ...(landing.costUsd > 0 ? [field('Cost', `$${landing.costUsd.toFixed(3)}`)] : []),
    ...factsOf(landing).flatMap((fact) => factLines(output, fact)),
    ...endOfOutput(status),
  ];
}

const stateWord = (landing: Landing): string =>
  landing.state === 'running' ? `${stepTitle(landing).toLowerCase()}${progressText(landing)}` : landing.state;

const progressText = ({ step, progress }: Landing): string =>
  progress === undefined || (step !== 'rebase' && step !== 'resolve') ? '' : ` (${progress.done}/${progress.total})`;

/** A verification that passed needs no more words. */
function endOfOutput({ landing, verifyOutput = '' }: OperationOutput<'landing.status'>): string[] {
  const outcome = landing?.verify?.outcome;
  if (outcome === undefined || outcome === 'passed' || verifyOutput.trim() === '') return [];
  const lines = plainOutput(verifyOutput).trimEnd().split('\n').slice(-outputLines);
  return lines.map((line) => `${' '.repeat(labelWidth)}${cleanLine(line)}`.trimEnd());
}
