import ts from 'typescript';
import { type Source, at, walk } from './source.ts';

// Put together from pieces, so that this file does not break the rules it states.
const unfinished = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);
const machinePath = new RegExp(
  `/(${['work/(main|shared)', 'ro' + 'ot', 'Users', 'tmp/(briefs|bash_jobs)'].join('|')})/`,
);
const registryHost = /(^|[.-])(registry|mirror|proxy|npm|artifactory|nexus)[.-]([a-z0-9.-]+\.)?[a-z]{2,}$/i;
const publicHost = /(npmjs\.(org|com)|npm\.im|example(\.[a-z]+)?|\.(test|invalid))$/i;

const lineRule =
  (wrong: (line: string) => string | undefined) =>
  (sources: readonly Source[]): string[] =>
    sources.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => {
        const message = wrong(line);
        return message === undefined ? [] : [`${path}:${index + 1} ${message}`];
      }),
    );

/** Words that say "not finished". */
export const unfinishedWords = lineRule((line) => {
  const word = unfinished.exec(line)?.[0];
  return word === undefined ? undefined : `${word}: finish it, or make an issue of it`;
});

const hostsIn = (line: string): string[] =>
  [...line.matchAll(/https?:\/\/([a-z0-9.-]+)/gi)].map((match) => match[1] ?? '');

/** Places and hosts of one machine, which mean nothing on another. */
export const machineTraces = lineRule((line) => {
  const place = machinePath.exec(line)?.[0];
  if (place !== undefined) return `${place} is a place on one machine`;
  const name = hostsIn(line).find((host) => registryHost.test(host) && !publicHost.test(host));
  return name === undefined ? undefined : `${name} is a registry of one machine`;
});

/** `as any`, and doors in the type system without a reason beside them. */
export function lies(sources: readonly Source[]): string[] {
  const found: string[] = [];
  for (const source of sources)
    walk(source, (node) => {
      const toAny = ts.isAsExpression(node) && node.type.kind === ts.SyntaxKind.AnyKeyword;
      const angle = ts.isTypeAssertionExpression(node);
      if (toAny || angle) found.push(at(source, node, 'says to the compiler what nobody checked'));
      if (ts.isExportAssignment(node) && source.path.startsWith('src/'))
        found.push(at(source, node, 'a default export'));
    });
  const comment = lineRule((line) =>
    /@ts-(ignore|nocheck|expect-error)/.test(line) ? 'silences the compiler' : undefined,
  );
  return [...found, ...comment(sources.filter(({ path }) => path.startsWith('src/')))];
}
