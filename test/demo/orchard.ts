/** The demo's repository: a list that both sessions lengthen in the same line, and a test that finds what a bad merge loses. */
export const orchard: Readonly<Record<string, string>> = {
  'README.md': '# Orchard\n\nWhat grows here: apple.\n',
  'fruit/apple.md': '# Apple\n\nGrows on trees.\n',
  'count.sh': '#!/bin/sh\n# How many kinds of fruit are described.\nls fruit | wc -l\n',
  'test.sh': [
    '#!/bin/sh',
    '# Every fruit that has a page is named in README.md.',
    'failed=0',
    'for page in fruit/*.md; do',
    '  name=$(basename "$page" .md)',
    '  if grep -qw "$name" README.md; then echo "ok   $name"; else echo "README.md lacks $name"; failed=1; fi',
    'done',
    'exit $failed',
    '',
  ].join('\n'),
  '.flotilla.yaml': 'verify:\n  command: sh test.sh\n  timeout: 5m\n',
};
