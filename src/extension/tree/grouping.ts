import type { Session } from '../../protocol/session.ts';
import type { Grouping } from '../model/settingTable.ts';
import { isUnderWay, needsUser } from '../model/urgency.ts';
import type { GroupNode } from './nodes.ts';

const stateGroups: readonly (readonly [id: string, label: string, holds: (session: Session) => boolean])[] = [
  ['needs-you', 'Needs You', (session) => needsUser(session) !== undefined],
  ['under-way', 'Under Way', isUnderWay],
  ['completed', 'Completed', ({ state }) => state === 'completed'],
  ['failed', 'Failed', ({ state }) => state === 'failed'],
  ['at-rest', 'At Rest', ({ state }) => state !== 'cancelled'],
  ['cancelled', 'Cancelled', () => true],
];

/** The groups of the view with their sessions, in the order they are shown; `undefined` when there are none on purpose. */
export function groupsOf(sessions: readonly Session[], grouping: Grouping): GroupNode[] | undefined {
  if (grouping === 'none') return undefined;
  return grouping === 'state' ? byState(sessions) : byRepository(sessions);
}

function byState(sessions: readonly Session[]): GroupNode[] {
  const groupOf = (session: Session): string => stateGroups.find(([, , holds]) => holds(session))?.[0] ?? '';
  const found = Map.groupBy(sessions, groupOf);
  return stateGroups.flatMap(([id, label]) => {
    const own = found.get(id);
    return own === undefined ? [] : [{ kind: 'group', id: `state:${id}`, label, sessionIds: own.map((s) => s.id) }];
  });
}

/** By name; repositories of the same name are told apart by where they are. */
function byRepository(sessions: readonly Session[]): GroupNode[] {
  const found = [...Map.groupBy(sessions, ({ repository }) => repository.id).entries()].flatMap(([id, own]) => {
    const repository = own[0]?.repository;
    return repository === undefined ? [] : [{ id, repository, own }];
  });
  const names = Map.groupBy(found, ({ repository }) => repository.name);
  return found
    .map(({ id, repository: { name, source }, own }): GroupNode => {
      const label = (names.get(name)?.length ?? 0) > 1 ? `${name} (${source})` : name;
      return { kind: 'group', id: `repository:${id}`, label, sessionIds: own.map((session) => session.id) };
    })
    .sort((a, b) => a.label.localeCompare(b.label));
}
