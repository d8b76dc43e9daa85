import type { Command } from './command.ts';
import { adopt } from './commands/adopt.ts';
import { attach } from './commands/attach.ts';
import { cancel } from './commands/cancel.ts';
import { diff } from './commands/diff.ts';
import { doctor } from './commands/doctor.ts';
import { engineLogs } from './commands/engineLogs.ts';
import { engineStart } from './commands/engineStart.ts';
import { engineStatus } from './commands/engineStatus.ts';
import { engineStop } from './commands/engineStop.ts';
import { list } from './commands/list.ts';
import { logs } from './commands/logs.ts';
import { newSession } from './commands/new.ts';
import { push } from './commands/push.ts';
import { remove } from './commands/remove.ts';
import { resume } from './commands/resume.ts';
import { send } from './commands/send.ts';
import { show } from './commands/show.ts';
import { stop } from './commands/stop.ts';
import { completeCommand, completionCommand } from './completionCommands.ts';

const visible: readonly Command[] = [
  ...[newSession, list, show, logs, attach, send, diff, push, stop, resume, cancel, remove, adopt, doctor],
  ...[engineStart, engineStop, engineStatus, engineLogs],
];

/** Every command, in the order in which `--help` names them. */
export const commandTable: readonly Command[] = [
  ...visible,
  completionCommand(),
  completeCommand(() => [...visible, completionCommand()]),
];
