import assert from 'node:assert/strict';
import { pullRequestUrl } from '../../../src/engine/git/pullRequestUrl.ts';

const request = { branch: 'flotilla/fix-1', target: 'main' };
const hubQuery = 'compare/main...flotilla/fix-1?expand=1';
const labQuery = 'merge_request%5Bsource_branch%5D=flotilla%2Ffix-1&merge_request%5Btarget_branch%5D=main';
const azureQuery = 'pullrequestcreate?sourceRef=flotilla%2Ffix-1&targetRef=main';
const serverQuery = 'create&sourceBranch=refs%2Fheads%2Fflotilla%2Ffix-1&targetBranch=refs%2Fheads%2Fmain';

const known: [string, string][] = [
  ['https://github.com/a/b.git', `https://github.com/a/b/${hubQuery}`],
  ['https://github.com/a/b', `https://github.com/a/b/${hubQuery}`],
  ['https://me:secret@GitHub.com/a/b.git/', `https://github.com/a/b/${hubQuery}`],
  ['git@github.com:a/b.git', `https://github.com/a/b/${hubQuery}`],
  ['ssh://git@github.com/a/b.git', `https://github.com/a/b/${hubQuery}`],
  ['ssh://git@ssh.github.com:443/a/b.git', `https://github.com/a/b/${hubQuery}`],
  ['git@github.example.org:a/b.git', `https://github.example.org/a/b/${hubQuery}`],
  ['https://github.com/scm/_git.git', `https://github.com/scm/_git/${hubQuery}`],
  ['https://acme.ghe.com/a/b.git', `https://acme.ghe.com/a/b/${hubQuery}`],
  ['https://gitlab.com/a/b.git', `https://gitlab.com/a/b/-/merge_requests/new?${labQuery}`],
  ['git@gitlab.com:group/sub/deep/b.git', `https://gitlab.com/group/sub/deep/b/-/merge_requests/new?${labQuery}`],
  [
    'https://oauth2:glpat-x@gitlab.example.org:8443/g/b.git',
    `https://gitlab.example.org:8443/g/b/-/merge_requests/new?${labQuery}`,
  ],
  ['ssh://git@gitlab.example.org:2222/g/b.git', `https://gitlab.example.org/g/b/-/merge_requests/new?${labQuery}`],
  ['http://gitlab.local/g/b', `http://gitlab.local/g/b/-/merge_requests/new?${labQuery}`],
  ['git@bitbucket.org:a/b.git', 'https://bitbucket.org/a/b/pull-requests/new?source=flotilla%2Ffix-1&dest=main&t=1'],
  [
    'https://me@bitbucket.org/a/b.git',
    'https://bitbucket.org/a/b/pull-requests/new?source=flotilla%2Ffix-1&dest=main&t=1',
  ],
  [
    'https://code.example.org/scm/KEY/b.git',
    `https://code.example.org/projects/KEY/repos/b/pull-requests?${serverQuery}`,
  ],
  [
    'https://code.example.org:8443/context/scm/~ada/b.git',
    `https://code.example.org:8443/context/users/ada/repos/b/pull-requests?${serverQuery}`,
  ],
  [
    'ssh://git@bitbucket.example.org:7999/KEY/b.git',
    `https://bitbucket.example.org/projects/KEY/repos/b/pull-requests?${serverQuery}`,
  ],
  ['https://me@dev.azure.com/org/My%20Project/_git/b', `https://dev.azure.com/org/My%20Project/_git/b/${azureQuery}`],
  ['git@ssh.dev.azure.com:v3/org/project/b', `https://dev.azure.com/org/project/_git/b/${azureQuery}`],
  ['https://org.visualstudio.com/project/_git/b', `https://org.visualstudio.com/project/_git/b/${azureQuery}`],
  ['org@vs-ssh.visualstudio.com:v3/org/project/b', `https://org.visualstudio.com/project/_git/b/${azureQuery}`],
  [
    'https://tfs.example.org:8080/tfs/Collection/project/_git/b',
    `https://tfs.example.org:8080/tfs/Collection/project/_git/b/${azureQuery}`,
  ],
  ['https://codeberg.org/a/b.git', 'https://codeberg.org/a/b/compare/main...flotilla/fix-1'],
  ['git@gitea.example.org:a/b.git', 'https://gitea.example.org/a/b/compare/main...flotilla/fix-1'],
  ['ssh://forgejo@forgejo.example.org:2222/a/b', 'https://forgejo.example.org/a/b/compare/main...flotilla/fix-1'],
];

const unknown = [
  '/srv/git/b.git',
  'file:///srv/github/a/b.git',
  '../github.com/a/b',
  'C:/github/a/b',
  'https://example.org/a/b.git',
  'git@example.org:a/b.git',
  'git://github.com/a/b.git',
  'https://github.com/',
  'https://github.com/a',
  'https://github.com/a/%ff.git',
  'git@ssh.dev.azure.com:v3/org/project',
  'https://dev.azure.com/org/_git',
  'https://example.org/a/scm',
  'https://bitbucket.example.org/scm/b',
  'ext::sh -c github.com/a/b',
  '',
];

describe('the page where a pull request is opened', () => {
  for (const [remote, page] of known)
    it(`for ${remote} is known`, () => {
      assert.equal(pullRequestUrl(remote, request), page);
      assert.doesNotMatch(page, /secret|glpat|me@/);
    });

  for (const remote of unknown)
    it(`for ${JSON.stringify(remote)} is not known`, () => {
      assert.equal(pullRequestUrl(remote, request), undefined);
    });

  it('carries a title of one line, and whatever stands in names', () => {
    const odd = { branch: 'a#b/ü&c', target: 'rel?1', title: `  Fix "it"\n& more ${'x'.repeat(500)}` };
    const page = new URL(pullRequestUrl('https://github.com/a/b', odd) ?? '');
    assert.equal(decodeURIComponent(page.pathname), '/a/b/compare/rel?1...a#b/ü&c');
    assert.match(page.searchParams.get('title') ?? '', /^Fix "it" & more x{1,200}$/);
    const merge = new URL(pullRequestUrl('https://gitlab.com/a/b', odd) ?? '');
    assert.equal(merge.searchParams.get('merge_request[source_branch]'), odd.branch);
  });

  it('is none for a branch onto itself', () => {
    assert.equal(pullRequestUrl('https://github.com/a/b', { branch: 'main', target: 'main' }), undefined);
  });
});
