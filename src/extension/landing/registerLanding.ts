import * as vscode from 'vscode';
import { sessionCommand } from '../commands/sessionCommand.ts';
import { ids } from '../ids.ts';
import { sessionIdOf } from '../model/sessionIdOf.ts';
import type { Parts } from '../parts.ts';
import { completeMerge } from './completeMerge.ts';
import { openConflict, settlings } from './conflictCommands.ts';
import { ConflictDecorations } from './conflictDecorations.ts';
import { ConflictEditors } from './conflictEditors.ts';
import { continueLanding, resolveConflicts } from './goOnCommands.ts';
import { landSession, rebaseSession } from './landCommands.ts';
import { LandingMemory } from './landingChoices.ts';
import { openPullRequest } from './openPullRequest.ts';
import { pushLanding } from './pushLanding.ts';
import { reviewLanding } from './reviewLanding.ts';
import { sendVerifyOutput } from './sendVerifyOutput.ts';
import { showForecast, showLandingPlan } from './showPrediction.ts';
import { abortLanding, undoLanding } from './undoCommands.ts';
import { verifyLanding } from './verifyLanding.ts';

type LandingParts = Pick<Parts, 'context' | 'commands' | 'connection' | 'picker' | 'model' | 'texts' | 'log'>;

/** Bringing sessions' work home: its commands, its editors for conflicts, and the marks on files that conflict. */
export function registerLanding(parts: LandingParts): vscode.Disposable {
  const editors = new ConflictEditors(parts);
  const decorations = new ConflictDecorations(parts.model);
  const sessionCommands = {
    [ids.command.landSession]: landSession(parts, new LandingMemory(parts.context.globalState)),
    [ids.command.rebaseSession]: rebaseSession(parts),
    [ids.command.showLandingPlan]: showLandingPlan(parts),
    [ids.command.resolveConflicts]: resolveConflicts(parts),
    [ids.command.openConflict]: openConflict(editors),
    [ids.command.acceptResolution]: settlings.accept(parts),
    [ids.command.refuseResolution]: settlings.refuse(parts),
    [ids.command.useTargetVersion]: settlings.ours(parts),
    [ids.command.useSessionVersion]: settlings.theirs(parts),
    [ids.command.continueLanding]: continueLanding(parts),
    [ids.command.abortLanding]: abortLanding(parts),
    [ids.command.verifyLanding]: verifyLanding(parts),
    [ids.command.pushLanding]: pushLanding(parts),
    [ids.command.undoLanding]: undoLanding(parts),
    [ids.command.reviewLanding]: reviewLanding,
    [ids.command.sendVerifyOutput]: sendVerifyOutput,
    [ids.command.openPullRequest]: openPullRequest,
  };
  const actions = Object.entries(sessionCommands).map(([id, command]) => [id, sessionCommand(parts, command)] as const);
  parts.commands.registerAll(Object.fromEntries(actions));
  parts.commands.register(ids.command.completeMerge, completeMerge);
  parts.commands.register(ids.command.showForecast, (given) =>
    showForecast(parts, given === 'selection' ? parts.picker.selection() : sessionIdOf(given)),
  );
  return vscode.Disposable.from(editors, decorations);
}
