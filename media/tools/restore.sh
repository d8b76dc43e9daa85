#!/bin/sh
# Puts a session's work back into a freshly filled workspace:
#   sh restore.sh <workspace> <session> [<checkpoint number> [worktrees/<name>/<commit> | tags/<object>/<name>]...]
# Standard input and output are git's own protocol, with an upload-pack of the host at the other end. The branch that is checked out
# moves to where it was, and the uncommitted work of the checkpoint is laid over it. Linked work trees become stashes: `git stash branch`
# makes a branch of one, with what was committed and what was not. Tags become tags.
# Exit codes: 0 restored, 64 wrong use, 66 the checkpoint could not be laid over the branch, others are git's.
. "${0%/*}/locks.sh"
set -eu
umask 022
[ $# -ge 2 ] || exit 64
workspace=$1 session=$2 number=${3:-}
if [ $# -gt 3 ]; then shift 3; else set --; fi
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY
export GIT_TERMINAL_PROMPT=0 GIT_LFS_SKIP_SMUDGE=1 LC_ALL=C
cd "$workspace"

# What a restore that was cut off has left: nobody else works here yet.
rm -f .git/*.lock .git/packed-refs.new .git/index.stash.* .git/refs/stash .git/logs/refs/stash
remove_locks .git/refs

# The helper that joins git to these streams has its own 0 and 1.
exec 3<&0 4>&1 </dev/null >/dev/null
git -c protocol.fd.allow=always -c protocol.version=0 -c gc.auto=0 -c maintenance.auto=false fetch -q --no-tags --no-write-fetch-head \
  fd::3,4 "+refs/flotilla/$session/*:refs/flotilla/restored/*"
exec 3<&- 4>&-

git for-each-ref --format='%(refname:lstrip=4) %(objectname)' refs/flotilla/restored/heads | while read -r name commit; do
  git -c core.hooksPath=/dev/null update-ref "refs/heads/$name" "$commit"
done
git -c core.hooksPath=/dev/null -c core.fsmonitor=false reset -q --hard
# Started again after a half-done restore, it must not stumble over the files that it has put there.
git clean -f -d -q
[ -z "$number" ] || git update-ref "refs/flotilla/checkpoints/$number" "refs/flotilla/restored/checkpoints/$number"
stash() { # stash <commit> <message>: unless it is there already
  git rev-parse -q --verify "$1^2" || return 0
  known=$(git reflog show --format=%H refs/stash -- 2>/dev/null || :)
  case $known in *"$1"*) ;; *) git stash store -q -m "$2" "$1" ;; esac
}
git for-each-ref --format='%(objectname)' refs/flotilla/restored/stash | while read -r commit; do
  stash "$commit" 'Stashed in a container that is gone'
done
tag() { # tag <name> <object>: under another name where the origin has tags now that stand in its way
  git -c core.hooksPath=/dev/null update-ref "refs/tags/$1" "$2" 2>/dev/null ||
    git -c core.hooksPath=/dev/null update-ref "refs/tags/restored/$1" "$2"
}
for one; do
  saved=$(git rev-parse -q --verify "refs/flotilla/restored/$one") || continue
  case $one in
  tags/*) tag "${one#tags/*/}" "$saved" ;;
  *) name=${one#worktrees/} && stash "$saved" "Work tree ${name%/*} of a container that is gone" ;;
  esac
done
git for-each-ref --format='delete %(refname)' refs/flotilla/restored | git update-ref --stdin
[ -n "$number" ] || exit 0
checkpoint="refs/flotilla/checkpoints/$number"
git diff --quiet "$checkpoint^1" "$checkpoint" -- && ! git rev-parse -q --verify "$checkpoint^3" >/dev/null && exit 0
git stash apply -q --index "$checkpoint" || git stash apply -q "$checkpoint" || exit 66
