#!/bin/sh
# Fills an empty workspace with a repository: sh fill.sh <workspace> <branch> <base commit> <config> [<objects folder>]
# Standard input is the text of a packed-refs file. With an objects folder, its objects are borrowed; without one, they must be in the
# repository already (see fetch.sh). Started again after a half-done fill, it goes on; after a whole one, it changes nothing.
# Exit codes: 0 filled, 64 wrong use, 65 the workspace holds something else, others are git's.
. "${0%/*}/locks.sh"
set -eu
umask 022
[ $# -ge 4 ] || exit 64
workspace=$1 branch=$2 base=$3 config=$4 objects=${5:-}
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY
export GIT_TERMINAL_PROMPT=0 GIT_LFS_SKIP_SMUDGE=1 LC_ALL=C

mkdir -p "$workspace"
cd "$workspace"
mark=.git/flotilla-filling
# Begun, and not even marked.
[ ! -d .git ] || rmdir .git 2>/dev/null || :

if [ -e .git ] && [ ! -e "$mark" ]; then
  if [ "$(git rev-parse --verify -q "refs/heads/$branch" || true)" != '' ]; then
    cat >/dev/null
    exit 0
  fi
  echo "flotilla: $workspace holds another repository already" >&2
  exit 65
fi
if [ ! -e "$mark" ] && [ "$(ls -A)" != '' ]; then
  echo "flotilla: $workspace is not empty" >&2
  exit 65
fi

mkdir -p .git
: >"$mark"
# Of a fill that was cut off, all but the objects and what fetch.sh has brought is made anew.
rm -rf .git/*.lock .git/refs/heads .git/HEAD .git/config .git/config.* .git/*.new .git/t??????
remove_locks .git/refs
git init -q --template= .
mkdir -p .git/info .git/objects/info
[ -z "$objects" ] || printf '%s\n' "$objects" >.git/objects/info/alternates
{ cat .git/config; printf '%s\n' "$config"; } >.git/config.new
mv .git/config.new .git/config
cat >.git/packed-refs.new
mv .git/packed-refs.new .git/packed-refs
# What checkpoint-tags.sh need not bring home.
git for-each-ref --format='%(objectname) %(refname:lstrip=2)' refs/tags | sort >.git/flotilla-tags
git -c core.hooksPath=/dev/null update-ref --no-deref "refs/heads/$branch" "$base"
git symbolic-ref HEAD "refs/heads/$branch"
git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c checkout.workers=0 reset -q --hard
rm -f "$mark"
