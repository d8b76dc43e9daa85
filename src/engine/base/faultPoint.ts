import { rmSync } from 'node:fs';
import path from 'node:path';

/** Where a test may end the engine at once, and what has just been done there. */
export const faultPoints = {
  'start.begun': "a session's start is noted, nothing of it is made",
  'start.volumes': 'volumes are there, the container is not',
  'start.up': '`devcontainer up` is at work',
  'start.container': 'the container runs, nobody has been told',
  'start.filled': 'the workspace is filled',
  'start.provisioned': 'the environment is whole and not yet in the record',
  'start.recorded': 'the environment is in the record, Claude has not begun',
  'start.planned': "Claude's start is noted, nothing of it is made",
  'start.claude': 'Claude works, nobody has noted that it has begun',
  'start.watched': "Claude is followed, the session isn't `running` yet",
  'run.line': 'a line of Claude is read and not kept',
  'run.sent': 'a follow-up is in Claude, and that is not noted',
  'run.ended': 'Claude has ended, nothing follows from it yet',
  'home.checkpoint': 'a checkpoint was made inside',
  'home.objects': 'objects are in the work store, no ref has moved',
  'home.received': 'all is in the work store, the record knows nothing of it',
  'push.ready': 'the work is about to be sent',
  'push.sent': 'the remote has the work, the record does not know',
  'stop.claude': 'Claude was ended, its work is not home',
  'stop.home': 'the work is home, the environment still runs',
  'stop.stopped': 'the environment has stopped, the record does not know',
  'remove.secured': 'nothing would be lost, and nothing is removed',
  'remove.container': 'the container is gone, volumes are not',
  'remove.environment': 'nothing is left in Docker, the record is whole',
  'remove.refs': "the work store has forgotten the session, the record hasn't",
  'landing.rebase': 'rebased in the environment, not noted',
  'landing.resolve': 'conflicts resolved in the environment, not noted',
  'landing.tree': "the session's tree has moved, its record has not",
  'landing.move': 'the move is done, not noted',
  'landing.verify': 'the verification has ended, not noted',
  'landing.push': 'the remote has the work, not noted',
  'landing.taken-back': 'a push was taken back, not noted',
  'landing.undo': "the session's tree is as before, not noted",
} as const;
export type FaultPoint = keyof typeof faultPoints;

let armedIn: string | undefined;

/** From now on a point ends the process when a file of its name lies in this folder. Only `main.ts` calls it, and only under test. */
export function armFaultPoints(folder: string | undefined): void {
  armedIn = folder;
}

/**
 * Ends the process with SIGKILL where a test wants to know what a crash leaves behind: once, since the file goes first. Does nothing
 * at all in an engine that was started without `FLOTILLA_FAULT_FOLDER`.
 */
export function faultPoint(name: FaultPoint): void {
  if (armedIn === undefined) return;
  try {
    rmSync(path.join(armedIn, name));
  } catch {
    return;
  }
  process.kill(process.pid, 'SIGKILL');
}
