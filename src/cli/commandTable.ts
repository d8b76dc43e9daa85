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
import { forecast } from './commands/forecast.ts';
import { land } from './commands/land.ts';
import { landingAbort } from './commands/landingAbort.ts';
import { landingConflict } from './commands/landingConflict.ts';
import { landingContinue } from './commands/landingContinue.ts';
import { landingFix } from './commands/landingFix.ts';
import { landingPush } from './commands/landingPush.ts';
import { landingRebase } from './commands/landingRebase.ts';
import { landingResolve } from './commands/landingResolve.ts';
import { landingStatus } from './commands/landingStatus.ts';
import { landingVerify } from './commands/landingVerify.ts';
import { list } from './commands/list.ts';
import { logs } from './commands/logs.ts';
import { newSession } from './commands/new.ts';
import { push } from './commands/push.ts';
import { remove } from './commands/remove.ts';
import { resume } from './commands/resume.ts';
import { send } from './commands/send.ts';
import { show } from './commands/show.ts';
import { stop } from './commands/stop.ts';
import { undo } from './commands/undo.ts';
import { completeCommand, completionCommand } from './completionCommands.ts';

const visible: readonly Command[] = [
  ...[newSession, list, show, logs, attach, send, diff, push, land, undo, forecast],
  ...[stop, resume, cancel, remove, adopt, doctor],
  ...[landingStatus, landingRebase, landingResolve, landingConflict, landingContinue, landingAbort],
  ...[landingVerify, landingFix, landingPush],
  ...[engineStart, engineStop, engineStatus, engineLogs],
];

/** Every command, in the order in which `--help` names them. */
export const commandTable: readonly Command[] = [
  ...visible,
  completionCommand(),
  completeCommand(() => [...visible, completionCommand()]),
];
