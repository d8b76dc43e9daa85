import type { Landing } from '../../protocol/landing.ts';
import type { OperationOutput } from '../../protocol/operations.ts';
import { cleanLine } from '../cleanText.ts';

type Status = OperationOutput<'landing.status'>;
type Action = Status['actions'][number];
/** A command to type, and what it does. */
type Step = readonly [command: string, about: string];

/** The commands that can be typed now, the likeliest first. */
export function nextSteps({ landing, actions }: Status): Step[] {
  if (landing === undefined) return [];
  if (landing.reason.code === 'session-moved' && landing.state === 'paused') return anew(landing);
  return order.filter((action) => actions.includes(action)).flatMap((action) => stepsOf[action](landing));
}

/** The session has commits that the landing does not know. */
const anew = ({ session }: Landing): Step[] => [
  [`flotilla landing abort ${session}`, 'give this landing up; what the session has committed since stays'],
  [`flotilla land ${session}`, 'then land anew, with all of it'],
];

const order: readonly Action[] = [
  ...(['resolve', 'send-output', 'verify', 'continue', 'push', 'land', 'rebase', 'undo', 'abort'] as const),
];

const stepsOf: Readonly<Record<Action, (landing: Landing) => Step[]>> = {
  resolve: resolveSteps,
  'send-output': ({ session }) => [[`flotilla landing fix ${session}`, 'send the output to Claude, to mend it']],
  verify: ({ session, options }) =>
    options.verify === undefined
      ? [[`flotilla landing verify ${session} --verify <command>`, 'name what has to succeed']]
      : [[`flotilla landing verify ${session}`, 'run the verification again']],
  continue: continueSteps,
  push: pushSteps,
  land: ({ session }) => [[`flotilla land ${session}`, 'land it']],
  rebase: ({ session }) => [[`flotilla landing rebase ${session}`, 'rebase it']],
  undo: undoSteps,
  abort: ({ session }) => [[`flotilla landing abort ${session}`, 'give up: the session is as it was before']],
};

function continueSteps({ session, reason, stop }: Landing): Step[] {
  // With files that wait it would only say so.
  if (stop?.files.some(({ state }) => state !== 'accepted') === true) return [];
  if (reason.code === 'unverified')
    return [[`flotilla landing continue ${session} --unverified`, 'push it as it is, unverified']];
  return [[`flotilla landing continue ${session}`, 'go on']];
}

function pushSteps({ session, reason, verify, result }: Landing): Step[] {
  if (reason.code === 'unverified') return [];
  const isVerified = verify?.outcome === 'passed' && verify.commit === result;
  return [
    isVerified
      ? [`flotilla landing push ${session}`, 'push it']
      : [`flotilla landing push ${session} --unverified`, 'push it as it is'],
  ];
}

function undoSteps({ session, pushes }: Landing): Step[] {
  const isOnTarget = pushes.some(({ mode, undone }) => mode !== 'branch' && undone !== true);
  return isOnTarget
    ? [[`flotilla undo ${session} --revert-target`, 'take it back, with a revert commit on the target']]
    : [[`flotilla undo ${session}`, 'take it back']];
}

function resolveSteps({ session, stop }: Landing): Step[] {
  const resolve = `flotilla landing resolve ${session}`;
  const open = stop?.files.find(({ state }) => state === 'open');
  const proposed = stop?.files.find(({ state }) => state === 'proposed');
  const steps: Step[] = [];
  if (proposed !== undefined) {
    const path = pathWord(proposed.path);
    steps.push([`flotilla landing conflict ${session} ${path}`, "see Claude's proposal"]);
    steps.push([`${resolve} --accept`, 'accept what is proposed']);
    steps.push([`${resolve} --path ${path} --refuse`, 'put the conflict back']);
  }
  if (open === undefined) return steps;
  const path = pathWord(open.path);
  return [
    ...steps,
    [resolve, stop?.asked === true ? 'let Claude try again; --advice helps it' : 'let Claude resolve it'],
    [`flotilla landing conflict ${session} ${path}`, 'see the conflict'],
    [`${resolve} --path ${path} --take ours`, "the target's version (--take theirs: the session's)"],
    [`${resolve} --path ${path} --from <file>`, 'a version of your own'],
  ];
}

/** A path as a word of a shell; one that can't be shown as it is is left for the user to fill in. */
function pathWord(path: string): string {
  if (/^[\w./@%+=:,][\w./@%+=:,-]*$/.test(path)) return path;
  return cleanLine(path) === path ? `'${path.replaceAll("'", "'\\''")}'` : '<path>';
}
