import { type Import, importsOf } from './imports.ts';
import { type Source, at } from './source.ts';

/** What each top-level room may import besides itself. A new arrow is a decision: it is made here. */
const faces: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  engine: ['protocol'],
  client: ['protocol'],
  cli: ['client', 'protocol'],
  extension: ['client', 'protocol'],
  webview: ['protocol'],
};

/** The engine's rooms from left to right: a room imports itself and what stands to its left; those of one level are strangers. */
const levels: readonly (readonly string[])[] = [
  ['base'],
  ['process'],
  ['store', 'git'],
  ['runtime'],
  ['gateway', 'claude', 'terminal'],
  ['session'],
  ['workflow', 'landing'],
  ['operations'],
  ['server'],
  // engine.ts, main.ts: they put it together.
  [''],
];

const levelOf = (room: string): number => levels.findIndex((level) => level.includes(room));
const faceOf = (file: string): string => /^src\/([^/]+)\//.exec(file)?.[1] ?? '';
const engineRoomOf = (file: string): string => /^src\/engine\/([^/]+)\//.exec(file)?.[1] ?? '';

function wrongArrow(from: string, to: string): string | undefined {
  const [fromFace, toFace] = [faceOf(from), faceOf(to)];
  const allowed = faces[fromFace];
  if (!allowed) return `src/${fromFace} is no room of the house`;
  if (fromFace !== toFace) return allowed.includes(toFace) ? undefined : `${fromFace} → ${toFace || to}`;
  return fromFace === 'engine' ? wrongInside(engineRoomOf(from), engineRoomOf(to)) : undefined;
}

function wrongInside(from: string, to: string): string | undefined {
  if (levelOf(from) < 0) return `src/engine/${from} is no room of the engine`;
  if (from === to || levelOf(to) < levelOf(from)) return undefined;
  return `engine/${from} → engine/${to || 'its top'}`;
}

function wrongBuiltin(from: string, foreign: string): string | undefined {
  const face = faceOf(from);
  if (foreign === 'vscode') return face === 'extension' ? undefined : `${face} → vscode`;
  const bare = face === 'protocol' || face === 'webview';
  return bare && foreign.startsWith('node:') ? `${face} → ${foreign}` : undefined;
}

function wrongImport(source: Source, entry: Import): string | undefined {
  if (entry.foreign !== undefined) return wrongBuiltin(source.path, entry.foreign);
  if (!/\.(ts|json)$/.test(entry.specifier)) return `imports ${entry.specifier}: our own files are named with .ts`;
  return wrongArrow(source.path, entry.file ?? '');
}

/** Imports in src that go against the arrows between the rooms. */
export const arrowViolations = (sources: readonly Source[]): string[] =>
  sources
    .filter((source) => source.path.startsWith('src/'))
    .flatMap((source) =>
      importsOf(source).flatMap((entry) => {
        const wrong = wrongImport(source, entry);
        return wrong === undefined ? [] : [at(source, entry.node, wrong)];
      }),
    );

/** Circles of files that need each other at run time: a third file is missing there. */
export function circles(sources: readonly Source[]): string[] {
  const known = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (source: Source, trail: readonly string[]): void => {
    if (trail.includes(source.path)) {
      found.push([...trail.slice(trail.indexOf(source.path)), source.path].join(' → '));
      return;
    }
    if (done.has(source.path)) return;
    for (const { file, typeOnly } of importsOf(source)) {
      const next = typeOnly || file === undefined ? undefined : known.get(file);
      if (next) visit(next, [...trail, source.path]);
    }
    done.add(source.path);
  };
  for (const source of sources) visit(source, []);
  return found;
}
