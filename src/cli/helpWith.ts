import type { Reason } from '../protocol/basics.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { cleanLine } from './cleanText.ts';

const setCredentials =
  'Set ANTHROPIC_API_KEY, or CLAUDE_CODE_OAUTH_TOKEN from "claude setup-token", and run any flotilla command.';
const checkDocker = 'What is wrong with Docker: flotilla doctor';

/** What helps on the command line, by error. The engine's own sentences are for every face and name none of its commands. */
const help: Readonly<Partial<Record<ErrorCode, string>>> = {
  'unknown-session': 'The sessions there are: flotilla list',
  'work-not-home': 'To remove the session and lose that work: flotilla remove <session> --discard',
  'no-credentials': setCredentials,
  'docker-missing': checkDocker,
  'docker-denied': checkDocker,
  'docker-failed': checkDocker,
  'engine-unreachable': 'To start it: flotilla engine start. What it has written: flotilla engine logs',
  'engine-too-old': 'To stop it: flotilla engine stop',
  internal: 'The engine writes a log: flotilla engine logs',
};

/** By the id of a check of the system. */
const checkHelp: Readonly<Record<string, string>> = {
  credentials: setCredentials,
  orphans: 'flotilla adopt <id>, or flotilla remove <id> --orphan',
};

export const helpWith = (code: ErrorCode): string | undefined => help[code];

export const helpWithCheck = (id: string): string | undefined => checkHelp[id];

const aboutCredentials: readonly string[] = ['no-credentials', 'credential-refused'];

/** A session's reason in one line, with what helps where something is missing. */
export const reasonText = ({ code, message }: Reason): string =>
  [cleanLine(message), ...(aboutCredentials.includes(code) ? [setCredentials] : [])].join(' ');
