#!/bin/sh
# Saves a workspace as it is in a commit shaped like a stash, without touching its index, its HEAD or its files:
#   sh checkpoint.sh <workspace> <state folder>
# Parents are HEAD, a commit of the index, and, when there are untracked files, a commit of those; ignored files are left out.
# `git stash apply <commit>` brings it back. The indexes in the state folder are kept, so that only changed files are read again.
# Answers on standard output, one line each:
#   head <commit> [<branch>]     what is checked out; no branch when detached, no line when there is no commit yet
#   commit <commit> <number>     the checkpoint that was made, refs/flotilla/checkpoints/<number>
#   unchanged <commit> <number>  nothing has changed since that checkpoint
#   nested <path>                a repository inside the workspace, whose files are not saved (path as git quotes it); a submodule only when
#                                it may hold what its remotes lack
#   unsaved <path>               something else that could not be saved
#   left branch <name>           its name or the number of branches keeps it from being told below, and it holds commits that no other has
#   left tag <name>              likewise
#   left work tree <name>        a linked work tree that could not be saved
#   shallow                      the history is cut off: something was fetched with --depth
#   ref <commit> <name>          branches and checkpoints, newest first; what is stashed away, as refs/flotilla/stash/<commit>; linked
#                                work trees that hold what no branch has, as refs/flotilla/worktrees/<name>/<commit>; and tags that do
[ $# -eq 2 ] || exit 64
. "${0%/*}/checkpoint-common.sh"
workspace=$1 state=$2 within=''
doubt=$state/doubt
keep=50

mkdir -p "$state"
cd "$workspace"
look
# None but this script writes there: a lock was left by a git that was killed.
rm -f "$common"/refs/flotilla/checkpoints/*.lock
settle_doubt
[ -z "$head" ] || printf 'head %s %s\n' "$head" "$branch"
trees

last=$(cat "$state/last" 2>/dev/null || true)
now="$head $index_tree $work_tree $untracked_tree"
commit='' number=0
case $last in
"$now "*)
  set -- ${last#"$now "}
  commit=$1 number=$2
  if [ "$(git rev-parse --verify -q "refs/flotilla/checkpoints/$number" || true)" = "$commit" ]; then
    printf 'unchanged %s %s\n' "$commit" "$number"
  else
    commit=''
  fi
  ;;
esac

if [ -z "$commit" ]; then
  newest=$(git for-each-ref --sort=-version:refname --count=1 --format='%(refname)' refs/flotilla/checkpoints)
  # A repository that was made anew has none of them: what is older must not look newer.
  for one in "${newest##*/}" "${last##* }"; do
    case $one in '' | 0* | *[!0-9]* | ??????????*) ;; *) [ "$one" -le "$number" ] || number=$one ;; esac
  done
  number=$((number + 1))
  commit_trees "Checkpoint $number"
  run update-ref "refs/flotilla/checkpoints/$number" "$commit"
  if [ "$number" -gt "$keep" ]; then
    git for-each-ref --sort=-version:refname --format='delete %(refname)' refs/flotilla/checkpoints | tail -n +$((keep + 1)) | forget_refs
  fi
  printf '%s %s %s\n' "$now" "$commit" "$number" >"$state/last.new"
  mv "$state/last.new" "$state/last"
  printf 'commit %s %s\n' "$commit" "$number"
fi
[ "$(git rev-parse --is-shallow-repository)" != true ] || echo shallow
sh "${0%/*}/checkpoint-worktrees.sh" "$workspace" "$state/worktrees" || echo 'left work trees that could not be listed'
sh "${0%/*}/checkpoint-tags.sh" "$workspace" "$state" "$gitdir" "$common" || echo 'left tags that could not be listed'

# Branches with a name that may be none elsewhere, and those that may be beyond what is told, as long as others lack their commits.
most=330 odd=100 at=0
git for-each-ref --sort=-committerdate --format='%(objectname) %(refname:lstrip=2)' refs/heads >"$state/heads"
rm -f "$state/odd"
while read -r commit name; do
  at=$((at + 1))
  case $name in *[!!-~]* | -* | HEAD | @) name_is=odd ;; *) name_is=plain ;; esac
  if [ $at -gt $most ] || [ ${#name} -gt 200 ] || [ $name_is = odd ]; then
    printf '%s %s\n' "$commit" "$name" >>"$state/odd"
  else
    printf '^%s\n' "$commit"
  fi
done <"$state/heads" >"$state/known"
lacking() { # lacking <commits>: have these what no known branch has?
  lone=$(git rev-list --max-count=1 --stdin "$@" --not --remotes -- <"$state/known") || return 0
  [ -n "$lone" ]
}
if [ -e "$state/odd" ]; then
  head -n $odd "$state/odd" | while read -r commit name; do
    ! lacking "$commit" || printf 'left branch %s\n' "$name"
  done
  tail -n +$((odd + 1)) "$state/odd" | cut -d ' ' -f 1 | head -n 2000 >"$state/more"
  [ ! -s "$state/more" ] || ! lacking $(cat "$state/more") || echo 'left branches beyond the first hundreds'
fi
rm -f "$state/heads" "$state/odd" "$state/known" "$state/more"

git reflog show -n 50 --format='ref %H refs/flotilla/stash/%H' refs/stash -- 2>/dev/null || true
git for-each-ref --sort=-committerdate --count=500 --format='ref %(objectname) %(refname)' refs/heads refs/flotilla/checkpoints
