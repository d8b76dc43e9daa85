import type { ErrorCode } from '../../protocol/errors.ts';

export interface GitErrorRow {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** The code when a push failed this way, where it is another one. */
  readonly onPush?: ErrorCode;
  /** What is wrong and what to do; `name` is the repository as the user named it. */
  readonly sentence: (name: string) => string;
}

/**
 * Why a remote that was reached did not take a push: words of git's own receive-pack, and of GitHub, GitLab, Bitbucket, Azure DevOps, Gitea,
 * Forgejo and Gerrit. Most hosts end with "hook declined", so what they say before that stands first.
 */
export const refusedPushes: readonly GitErrorRow[] = [
  {
    pattern: /stale info/,
    code: 'push-moved',
    sentence: (name) =>
      `Somebody else changed the branch on ${name} since Flotilla last pushed it. Fetch it and look before pushing again.`,
  },
  {
    pattern: /'refs\/heads\/[^']+' exists; cannot create|there are still (?:refs|logs) under/,
    code: 'push-rejected',
    sentence: (name) =>
      `${name} has a branch whose name stands in the way of this one, as "a" does of "a/b". Delete that one, or choose another name.`,
  },
  {
    pattern:
      /denying non-fast-forward|GH003|Cannot force-push|not allowed to force[- ]push|protected from force push|'ForcePush' permission|Force-?push(?:es)? (?:is|are) not allowed/i,
    code: 'push-protected',
    sentence: (name) =>
      `${name} does not let what was pushed be replaced: push to another branch, or change the rule there.`,
  },
  {
    pattern:
      /deletion prohibited|denying ref deletion|refusing to delete|Cannot delete (?:this|a) |delete protected branch|protected from deletion|not permitted to delete/i,
    code: 'push-protected',
    sentence: (name) => `${name} does not let this branch be deleted: change the rule there, or leave the branch.`,
  },
  {
    pattern: /Unable to create '[^']+\.lock'/,
    code: 'push-rejected',
    sentence: (name) =>
      `The branch is locked on ${name}, by another push or one that was broken off. Try again; the detail names the lock.`,
  },
  {
    pattern:
      /non-fast-forward|fetch first|cannot lock ref .* (?:is at|reference already exists)|failed to update ref|TF401028/,
    code: 'push-moved',
    sentence: (name) => `The branch moved on ${name} in the meantime. Fetch it and look before pushing again.`,
  },
  {
    pattern: /PUSH PROTECTION|GH009|contains? (?:one or more )?secrets?\b/i,
    code: 'push-rejected',
    sentence: (name) =>
      `${name} found a secret in the commits: take it out of the branch's commits, and have it replaced where it is used.`,
  },
  {
    pattern: /GH008|unknown Git LFS object|LFS objects are missing/i,
    code: 'push-rejected',
    sentence: (name) =>
      `${name} lacks the content of files in Git LFS, which Flotilla does not push: run git lfs push where that content is.`,
  },
  {
    pattern: /GH007|publish a private email/i,
    code: 'push-rejected',
    sentence: (name) =>
      `${name} keeps your e-mail address private, and the commits hold it: set user.email to the address it gives you.`,
  },
  {
    pattern:
      /exceeds GitHub's file size limit|GH001|larger than .*(?:limit|maximum)|(?:file|object|blob) size limit|blobs? which exceeds? the/i,
    code: 'push-too-large',
    sentence: (name) => `${name} refuses a file for its size: take it out of the branch's commits, or use Git LFS.`,
  },
  {
    pattern:
      /HTTP 413|error: 413|Request Entity Too Large|Content Too Large|TF402462|pack exceeds maximum|exceeds? .*push size/i,
    code: 'push-too-large',
    sentence: (name) => `${name} refuses a push of this size; raise the server's limit or push through ssh.`,
  },
  {
    pattern:
      /(?:was|is|been) archived|archived (?:repository|project)|(?:repository|project) is (?:read-only|archived)|read-only GitLab|mirror repository is read-only/i,
    code: 'push-denied',
    sentence: (name) => `${name} is read-only at the moment: archived, or a mirror. Push somewhere else.`,
  },
  {
    pattern: /workflow` scope|`workflows` permission|without .workflows?. (?:scope|permission)/,
    code: 'push-denied',
    sentence: (name) =>
      `${name} takes changes of its workflows only from credentials that may change them: give your token the workflow scope.`,
  },
  {
    pattern:
      /protected branch|GH006|GH013|branch is protected|TF402455|Permission denied to update branch|only be modified through pull requests|Branch restrictions|push to default branch|prohibited by Gerrit/i,
    code: 'push-protected',
    sentence: (name) =>
      `The branch is protected on ${name}: push the session's own branch and open a pull request, or change the rule there.`,
  },
  {
    pattern:
      /TF401027|User permission denied for writing|not allowed to (?:push|upload) (?:code|to this)|marked as read only|deploy key .*not allowed/i,
    code: 'push-denied',
    sentence: (name) =>
      `${name} lets your account read but not push. Ask for the right to write, or use another account.`,
  },
  {
    pattern: /hook declined|declined by hook|\(hook /,
    code: 'push-hook-declined',
    sentence: (name) => `A hook on ${name} declined the push; the detail has what it said.`,
  },
  {
    pattern: /branch is currently checked out/,
    code: 'push-rejected',
    sentence: (name) => `${name} has this branch checked out and takes no push to it: check out another branch there.`,
  },
  {
    pattern: /remote rejected|\[rejected\]|remote unpack failed|unpacker error/,
    code: 'push-rejected',
    sentence: (name) => `${name} rejected the push; the detail has its reason.`,
  },
];
