import type { Identity } from './identity.ts';
import { inside, type InsideCommand } from './inside.ts';

/** A branch or tag that the workspace's repository shall know. */
export interface FillRef {
  readonly kind?: 'branch' | 'tag' | undefined;
  readonly name: string;
  /** What the ref points at: a commit, or an annotated tag's object. */
  readonly object?: string | undefined;
  readonly commit: string;
}

export interface Fill {
  /** Absolute folder inside: absent, or empty and writable. */
  readonly workspace: string;
  /** The new branch, checked out at `base`. */
  readonly branch: string;
  readonly base: string;
  /** What `origin` is called inside, without credentials; nothing when it is no URL. */
  readonly url: string | undefined;
  readonly identity: Identity;
  /** The first `maxRefs` of them are taken. */
  readonly refs: readonly FillRef[];
  /** Where the mirror's objects are mounted inside; `null` when they were fetched with `fetchCommand`. */
  readonly objects?: string | null | undefined;
  readonly tools?: string | undefined;
}

export interface FillCommand {
  readonly command: InsideCommand;
  /** For the command's standard input. */
  readonly input: string;
}

/** More of them would make every git command in the workspace slower. */
export const maxRefs = 5000;

/**
 * Fills a workspace in one call (media/tools/fill.sh): nothing is copied and nothing depends on the length of the history. Nothing of the
 * host's git enters but the user's name and address.
 */
export function fillCommand(fill: Fill): FillCommand {
  const objects = fill.objects === null ? '' : (fill.objects ?? inside.objects);
  const script = `${fill.tools ?? inside.tools}/fill.sh`;
  return {
    command: ['sh', script, fill.workspace, fill.branch, fill.base, configText(fill), objects],
    input: packedRefs(fill.refs),
  };
}

function configText({ url, identity }: Fill): string {
  const origin = url !== undefined && isShareable(url) ? ['[remote "origin"]', `\turl = ${quoted(url)}`] : [];
  const fetch = origin.length === 0 ? [] : ['\tfetch = +refs/heads/*:refs/remotes/origin/*'];
  const user = ['[user]', `\tname = ${quoted(identity.name)}`, `\temail = ${quoted(identity.email)}`];
  return [...user, ...origin, ...fetch, '[advice]', '\tdetachedHead = false'].join('\n');
}

/** A URL says where the work goes; a path of the host says nothing inside and is nobody's business there. */
const isShareable = (url: string): boolean =>
  !url.startsWith('file:') && (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(url) || /^[^/\\:]+:./.test(url));

/** A value as git's configuration files write it. */
const quoted = (value: string): string =>
  `"${value.replace(/\p{Cc}+/gu, ' ').replace(/["\\]/g, (character) => `\\${character}`)}"`;

/** The text of a `packed-refs` file: one file instead of one for each ref, and git reads it without asking for the objects. */
function packedRefs(refs: readonly FillRef[]): string {
  const entries = refs
    .slice(0, maxRefs)
    .filter(({ name }) => !/\s/.test(name))
    .map((ref) => ({ ...ref, ref: (ref.kind === 'tag' ? 'refs/tags/' : 'refs/remotes/origin/') + ref.name }));
  entries.sort((a, b) => Buffer.compare(Buffer.from(a.ref), Buffer.from(b.ref)));
  const lines = entries.map(
    ({ ref, commit, object = commit }) => `${object} ${ref}${object === commit ? '' : `\n^${commit}`}`,
  );
  return ['# pack-refs with: peeled fully-peeled sorted ', ...lines, ''].join('\n');
}
