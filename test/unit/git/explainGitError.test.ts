import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../src/protocol/errors.ts';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { SpawnError } from '../../../src/engine/process/run.ts';
import { explainGitError } from '../../../src/engine/git/explainGitError.ts';
import { GitError } from '../../../src/engine/git/gitError.ts';

/** What git 2.39, OpenSSH and the usual hosts write, word for word. */
const read: [ErrorCode, string][] = [
  ['disk-full', 'fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output'],
  ['repository-denied', "fatal: detected dubious ownership in repository at '/srv/x'"],
  ['repository-denied', 'Host key verification failed.\nfatal: Could not read from remote repository.'],
  ['repository-missing', "remote: Repository not found.\nfatal: repository 'https://github.com/a/b/' not found"],
  ['repository-missing', 'ERROR: Repository not found.\nfatal: Could not read from remote repository.'],
  [
    'repository-missing',
    "fatal: '/srv/nothing' does not appear to be a git repository\nfatal: Could not read from remote repository.",
  ],
  [
    'repository-missing',
    "remote: The project you were looking for could not be found or you don't have permission to view it.",
  ],
  ['repository-missing', "fatal: unable to access 'https://example.org/x/': The requested URL returned error: 404"],
  ['repository-missing', 'fatal: not a git repository (or any of the parent directories): .git'],
  [
    'repository-denied',
    "remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://gitlab.com/a/b.git/'",
  ],
  ['repository-denied', "fatal: could not read Username for 'https://github.com': terminal prompts disabled"],
  [
    'repository-denied',
    'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.',
  ],
  ['repository-denied', "fatal: unable to access 'https://example.org/x/': The requested URL returned error: 403"],
  [
    'repository-unreachable',
    "fatal: unable to access 'https://x.test/': SSL certificate problem: unable to get local issuer certificate",
  ],
  [
    'repository-unreachable',
    "fatal: unable to access 'https://x.test/': server certificate verification failed. CAfile: none CRLfile: none",
  ],
  [
    'repository-unreachable',
    "fatal: unable to access 'https://x.test/': Received HTTP code 407 from proxy after CONNECT",
  ],
  ['repository-unreachable', "fatal: unable to access 'https://x.test/': Could not resolve host: x.test"],
  [
    'repository-unreachable',
    'ssh: Could not resolve hostname x.test: Name or service not known\nfatal: Could not read from remote repository.',
  ],
  [
    'repository-unreachable',
    "fatal: unable to access 'http://localhost:1/': Failed to connect to localhost port 1 after 0 ms: Couldn't connect to server",
  ],
  [
    'repository-unreachable',
    'ssh: connect to host x.test port 22: Connection refused\nfatal: Could not read from remote repository.',
  ],
  [
    'repository-unreachable',
    'ssh: connect to host x.test port 22: Connection timed out\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.',
  ],
  [
    'repository-unreachable',
    'ssh: Could not resolve hostname x.test: Name or service not known\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.',
  ],
  [
    'repository-denied',
    'fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.',
  ],
  ['repository-unreachable', "fatal: unable to access 'https://x.test/': The requested URL returned error: 503"],
  ['repository-unreachable', 'fatal: the remote end hung up unexpectedly\nfatal: early EOF'],
  ['repository-unreachable', 'fatal: git timed out'],
  ['repository-shallow', 'fatal: source repository is shallow, reject to clone.'],
  ['invalid-input', "fatal: transport 'ext' not allowed"],
  ['invalid-input', "git: 'remote-gopher' is not a git command.\nfatal: Unable to find remote helper for 'gopher'"],
  ['git-failed', 'fatal: something nobody has seen before'],
];

const push: [ErrorCode, string][] = [
  ['push-moved', 'To /srv/x.git\n!\tabc:refs/heads/x\t[rejected] (stale info)\nDone'],
  ['push-moved', ' ! [rejected]        main -> main (non-fast-forward)\nerror: failed to push some refs'],
  ['push-moved', ' ! [rejected]        main -> main (fetch first)\nerror: failed to push some refs'],
  ['push-moved', "remote: error: cannot lock ref 'refs/heads/x': is at 1111 but expected 2222"],
  [
    'push-too-large',
    "remote: error: GH001: Large files detected.\nremote: error: File big is 120 MB; this exceeds GitHub's file size limit of 100.00 MB\n ! [remote rejected] x -> x (pre-receive hook declined)",
  ],
  ['push-too-large', 'error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413'],
  [
    'push-protected',
    'remote: error: GH006: Protected branch update failed for refs/heads/main.\n ! [remote rejected] main -> main (protected branch hook declined)',
  ],
  [
    'push-protected',
    'remote: GitLab: You are not allowed to push code to protected branches on this project.\n ! [remote rejected] (pre-receive hook declined)',
  ],
  [
    'push-protected',
    'remote: error: GH013: Repository rule violations found for refs/heads/main.\nremote: - Changes must be made through a pull request.\n ! [remote rejected] main -> main (push declined due to repository rule violations)',
  ],
  [
    'push-rejected',
    'remote: error: GH013: Repository rule violations found for refs/heads/x.\nremote: - GITHUB PUSH PROTECTION\nremote:   - Push cannot contain secrets\n ! [remote rejected] x -> x (push declined due to repository rule violations)',
  ],
  [
    'push-protected',
    'remote: error: GH003: Sorry, force-pushing to x is not allowed.\n ! [remote rejected] x -> x (protected branch hook declined)',
  ],
  [
    'push-protected',
    'remote: error: GH006: Protected branch update failed for refs/heads/x.\nremote: error: Cannot force-push to this branch\n ! [remote rejected] x -> x (protected branch hook declined)',
  ],
  [
    'push-rejected',
    'remote: error: GH007: Your push would publish a private email address.\n ! [remote rejected] x -> x (push declined due to email privacy restrictions)',
  ],
  [
    'push-rejected',
    'remote: error: GH008: Your push referenced at least 1 unknown Git LFS object:\n ! [remote rejected] x -> x (pre-receive hook declined)',
  ],
  [
    'push-denied',
    ' ! [remote rejected] x -> x (refusing to allow an OAuth App to create or update workflow `.github/workflows/a.yml` without `workflow` scope)',
  ],
  [
    'push-denied',
    "remote: This repository was archived so it is read-only.\nfatal: unable to access 'https://github.com/a/b/': The requested URL returned error: 403",
  ],
  [
    'push-denied',
    'ERROR: The key you are authenticating with has been marked as read only.\nfatal: Could not read from remote repository.',
  ],
  [
    'push-protected',
    'remote: GitLab: You are not allowed to force push code to a protected branch on this project.\n ! [remote rejected] x -> x (pre-receive hook declined)',
  ],
  ['push-denied', 'remote: You are not allowed to push code to this project.\nfatal: unable to access: error: 403'],
  [
    'push-rejected',
    'remote: GitLab: LFS objects are missing. Ensure LFS is properly set up or try a manual "git lfs push --all".\n ! [remote rejected] x -> x (pre-receive hook declined)',
  ],
  [
    'push-too-large',
    'remote: GitLab: You are attempting to check in one or more blobs which exceed the 100.0MiB limit:\n ! [remote rejected] x -> x (pre-receive hook declined)',
  ],
  [
    'push-protected',
    'remote: Permission denied to update branch main.\n ! [remote rejected] main -> main (pre-receive hook declined)',
  ],
  [
    'push-protected',
    'remote: Branch refs/heads/main can only be modified through pull requests.\n ! [remote rejected] main -> main (pre-receive hook declined)',
  ],
  [
    'push-protected',
    ' ! [remote rejected] main -> main (TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.)',
  ],
  [
    'push-protected',
    " ! [remote rejected] x -> x (TF401027: You need the Git 'ForcePush' permission to perform this action. Details: identity 'x', scope 'branch'.)",
  ],
  [
    'push-denied',
    " ! [remote rejected] x -> x (TF401027: You need the Git 'GenericContribute' permission to perform this action.)",
  ],
  [
    'push-moved',
    " ! [remote rejected] x -> x (TF401028: The reference 'refs/heads/x' has already been updated by another client, so you cannot update it. Please try again.)",
  ],
  [
    'push-rejected',
    ' ! [remote rejected] x -> x (VS403654: The push was rejected because it contains one or more secrets.)',
  ],
  [
    'push-protected',
    'remote: Gitea: Not allowed to push to protected branch main\n ! [remote rejected] main -> main (pre-receive hook declined)',
  ],
  [
    'push-protected',
    'remote: Forgejo: Not allowed to force-push to protected branch main\n ! [remote rejected] main -> main (pre-receive hook declined)',
  ],
  [
    'push-denied',
    'remote: Gitea: User permission denied for writing.\n ! [remote rejected] (pre-receive hook declined)',
  ],
  ['push-protected', ' ! [remote rejected] main -> main (prohibited by Gerrit: not permitted: update)'],
  [
    'push-protected',
    'remote: error: denying non-fast-forward refs/heads/x (you should pull first)\n!\t[remote rejected]',
  ],
  [
    'push-protected',
    'remote: error: denying ref deletion for refs/heads/x\n!\t[remote rejected] (deletion prohibited)',
  ],
  [
    'push-protected',
    'remote: error: refusing to delete the current branch: refs/heads/main\n!\t[remote rejected] (deletion of the current branch prohibited)',
  ],
  [
    'push-rejected',
    "remote: error: cannot lock ref 'refs/heads/a/b': 'refs/heads/a' exists; cannot create 'refs/heads/a/b'\n!\t[remote rejected] (failed to update ref)",
  ],
  [
    'push-rejected',
    'remote: fatal: write error: No space left on device\nerror: remote unpack failed: index-pack failed',
  ],
  [
    'push-unknown',
    'error: RPC failed; curl 52 Empty reply from server\nsend-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly',
  ],
  ['push-unknown', 'client_loop: send disconnect: Broken pipe\nfatal: the remote end hung up unexpectedly'],
  ['push-hook-declined', ' ! [remote rejected] x -> x (pre-receive hook declined)'],
  ['push-hook-declined', ' ! [remote rejected] x -> x (hook declined)'],
  ['push-rejected', ' ! [remote rejected] main -> main (branch is currently checked out)'],
  ['push-rejected', ' ! [remote rejected] x -> x (unpacker error)'],
  ['push-denied', 'ERROR: Permission to a/b.git denied to c.\nfatal: Could not read from remote repository.'],
  ['push-denied', "fatal: Authentication failed for 'https://github.com/a/b.git/'"],
  ['push-denied', "fatal: unable to access 'https://example.org/x/': The requested URL returned error: 403"],
  ['repository-unreachable', "fatal: unable to access 'https://x.test/': Could not resolve host: x.test"],
];

function codeOf(words: string, during: 'read' | 'push'): string {
  const error = explainGitError(new GitError(['fetch'], 128, words), 'here', during);
  assert.ok(error instanceof FlotillaError);
  assert.ok(error.detail !== undefined && error.message.length > 20);
  return error.code;
}

describe("git's words become errors of ours", () => {
  for (const [code, words] of read)
    it(`${code} while reading: ${words.split('\n')[0]!}`, () => {
      assert.equal(codeOf(words, 'read'), code);
    });
  for (const [code, words] of push)
    it(`${code} while pushing: ${words.split('\n').at(-1)!}`, () => {
      assert.equal(codeOf(words, 'push'), code);
    });

  it('says that git is missing when it can not be started', () => {
    const error = explainGitError(new SpawnError('git', Object.assign(new Error('x'), { code: 'ENOENT' })), 'here');
    assert.ok(FlotillaError.is(error, 'git-missing'));
  });

  it('shows no credentials of a URL', () => {
    const error = explainGitError(
      new GitError(['push', 'https://u:secret@h/x'], 1, "fatal: unable to access 'https://u:secret@h/x/': no"),
      'here',
    );
    assert.ok(!`${JSON.stringify(error)}${JSON.stringify(error.cause)}${String(error.cause)}`.includes('secret'));
  });
});
