import type { OperationParsedInput } from '../../protocol/operations.ts';
import { defaultLimits, noUsage, type Session } from '../../protocol/session.ts';
import { now } from '../base/clock.ts';
import { newSessionId, slug } from '../base/ids.ts';
import type { Base } from '../git/base.ts';
import type { Source } from '../git/source.ts';

type CreateInput = OperationParsedInput<'session.create'>;

/** Characters of a task that become a session's name when the user gave none. */
const nameLength = 48;

/** The record of a session that is about to be made. */
export function draftSession(input: CreateInput, source: Source, base: Base, notices: readonly string[]): Session {
  const id = newSessionId();
  const name = input.name ?? nameFrom(input.prompt);
  const at = now();
  return {
    id,
    name,
    prompt: input.prompt,
    mode: input.mode,
    model: input.model,
    permissionMode: input.permissionMode,
    repository: { id: source.id, source: source.source, kind: source.kind, name: source.name },
    branch: input.branch ?? `flotilla/${slug(name)}-${id}`,
    base: { ref: base.ref, commit: base.commit },
    state: 'created',
    reason: { code: 'created', message: 'The session was made.' },
    runtime: 'devcontainer',
    image: input.image,
    setup: input.setup,
    limits: mergeLimits(input.limits),
    network: input.network,
    whenRefused: input.whenRefused,
    usage: noUsage,
    turns: 0,
    notices: [...notices],
    queued: 0,
    createdAt: at,
    updatedAt: at,
  };
}

function mergeLimits(given: CreateInput['limits']): Session['limits'] {
  return {
    memory: given?.memory ?? defaultLimits.memory,
    cpus: given?.cpus ?? defaultLimits.cpus,
    pids: given?.pids ?? defaultLimits.pids,
  };
}

/** The first line of a task, cut at a word. */
function nameFrom(prompt: string): string {
  const line = prompt.trim().split('\n')[0]?.trim() ?? '';
  if (line === '') return 'session';
  if (line.length <= nameLength) return line;
  const cut = line.slice(0, nameLength);
  const space = cut.lastIndexOf(' ');
  return `${space > 20 ? cut.slice(0, space) : cut}…`;
}

/** What a container's label keeps of a session, so that an orphan can be taken back: no prompt, no secret, a few hundred bytes. */
export const describe = (session: Session): string =>
  JSON.stringify({
    v: 1,
    name: session.name.slice(0, 80),
    branch: session.branch,
    base: session.base,
    repository: session.repository,
    mode: session.mode,
    network: session.network,
    limits: session.limits,
    permissionMode: session.permissionMode,
    createdAt: session.createdAt,
    ...(session.whenRefused === undefined ? {} : { whenRefused: session.whenRefused }),
    ...(session.model === undefined ? {} : { model: session.model }),
    ...(session.image === undefined ? {} : { image: session.image }),
  });
