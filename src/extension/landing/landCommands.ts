import * as vscode from 'vscode';
import type { Session } from '../../protocol/session.ts';
import type { SessionCommand } from '../commands/sessionCommand.ts';
import { ids } from '../ids.ts';
import { oneLine } from '../model/oneLine.ts';
import { back } from '../newSession/quickInput.ts';
import { readSetting } from '../settings.ts';
import { requireTrust } from '../trust.ts';
import { askLanding } from './askLanding.ts';
import { givenOptions } from './givenOptions.ts';
import { type FollowParts, followLanding } from './followLanding.ts';
import { landingInput, type LandingMemory, landingSettings } from './landingChoices.ts';
import { askTarget } from './landingFields.ts';
import { tellEnd } from './landingSteps.ts';

const nameOf = ({ name }: Session): string => oneLine(name, 80);

/** Goes the whole way. Given `{confirmed: true, …}` with the options of `landing.land` it asks nothing. */
export const landSession = (parts: FollowParts, memory: LandingMemory): SessionCommand => ({
  title: 'Land Session',
  action: 'land',
  run: async (session, client, more) => {
    requireTrust();
    const predict = async (target: string) =>
      (await client.call('landing.plan', { session: session.id, ...(target === '' ? {} : { target }) })).plan;
    const given = givenOptions(more);
    const source = session.repository.source;
    const choices = given === undefined ? await askLanding(session, memory.first(source), predict) : undefined;
    if (choices !== undefined) await memory.remember(source, choices);
    const chosen = given ?? (choices === undefined ? undefined : landingInput(choices));
    if (chosen === undefined) return undefined;
    const input = { ...landingSettings(), ...chosen };
    void vscode.commands.executeCommand(ids.command.openSession, session.id, 'landing');
    const landing = await followLanding(parts, session, {
      title: `Landing ${nameOf(session)}`,
      begin: (engine, signal) => engine.call('landing.land', { session: session.id, ...input }, { signal }),
    });
    return tellEnd(session, landing);
  },
});

/** Rebases and stops before the verification; `{confirmed: true, target}` names the target. */
export const rebaseSession = (parts: FollowParts): SessionCommand => ({
  title: 'Rebase onto',
  action: 'rebase',
  run: async (session, _client, more) => {
    requireTrust();
    const given = givenOptions(more);
    const chosen = given === undefined ? await askTarget(session, false) : '';
    if (chosen === undefined || chosen === back) return undefined;
    const target = given?.target ?? (chosen || readSetting(ids.setting.landingTarget));
    const input = { ...landingSettings(), ...(target === '' ? {} : { target }) };
    const landing = await followLanding(parts, session, {
      title: `Rebasing ${nameOf(session)}`,
      begin: (engine, signal) => engine.call('landing.rebase', { session: session.id, ...input }, { signal }),
    });
    return tellEnd(session, landing);
  },
});
