#!/bin/sh
# Saves the linked work trees of a workspace (git worktree add), wherever they are, for checkpoint.sh:
#   sh checkpoint-worktrees.sh <workspace> <state folder>                   those that hold what no branch has
#   sh checkpoint-worktrees.sh <workspace> <state folder> <folder> <name> yes|no   the one that this folder of the repository describes;
#                                                                        with no it is only looked at
# Each is kept as refs/flotilla/worktrees/<name> while it holds something: a commit shaped like a checkpoint, whose first parent is its HEAD.
# The work tree of a landing is left out. Answers, beside nested and unsaved as checkpoint.sh does:
#   ref <commit> refs/flotilla/worktrees/<name>/<commit>
#   left work tree <name>   it could not be saved
[ $# -ge 2 ] || exit 64
. "${0%/*}/checkpoint-common.sh"
workspace=$1 state=$2
doubt=${state%/*}/doubt
most_saved=20 most_seen=100 nothing=3
refs=refs/flotilla/worktrees

name_of() { # name_of <folder>: sets name: the folder's, or one made of it that can be a part of a ref
  name=${1##*/}
  case $name in
  *[!A-Za-z0-9_-]* | -*) ;;
  *) [ ${#name} -gt 60 ] || return 0 ;;
  esac
  hash=$(printf '%s' "$name" | git hash-object --stdin | cut -c 1-8)
  name=w$(printf '%s' "$name" | tr -c 'A-Za-z0-9_-' - | cut -c 1-40)-$hash
}

on_a_branch() {
  [ -z "$branch" ] && [ -n "$head" ] || return 0
  lone=$(git rev-list --max-count=1 "$head" --not --branches --remotes --) || exit 1
  [ -z "$lone" ]
}
save() { # save <folder> <name> yes|no
  folder=$1 name=$2 state=$state/$2
  place_of "$folder"
  cd "$place"
  within=$place/
  look
  [ "$gitdir" = "$folder" ] || exit 1
  changes=$(run status --porcelain --untracked-files=normal --ignore-submodules=none)
  [ -n "$changes" ] || ! on_a_branch || exit $nothing
  [ "$3" = yes ] || exit 1
  mkdir -p "$state"
  trees
  head_tree=$empty_tree
  [ -z "$head" ] || head_tree=$(git rev-parse "$head^{tree}")
  [ "$index_tree $work_tree $untracked_tree" != "$head_tree $head_tree $empty_tree" ] || ! on_a_branch || exit $nothing
  now="$head $index_tree $work_tree $untracked_tree" last=
  [ ! -s "$state/last" ] || IFS= read -r last <"$state/last" || :
  commit=${last##* }
  if [ "$last" != "$now $commit" ] || [ "$(git rev-parse --verify -q "$refs/$name" || true)" != "$commit" ]; then
    commit_trees "Work tree $name"
    run update-ref "$refs/$name" "$commit"
    printf '%s %s\n' "$now" "$commit" >"$state/last.new"
    mv "$state/last.new" "$state/last"
  fi
  printf 'ref %s %s/%s/%s\n' "$commit" "$refs" "$name" "$commit"
}

cd "$workspace"
workspace=$(pwd -P)
mkdir -p "$state"
if [ $# -eq 5 ]; then
  save "$3" "$4" "$5"
  exit 0
fi

look
# None but this script writes there: a lock was left by a git that was killed.
rm -f "$common/$refs"/*.lock
kept=' ' seen=0 saved=0
for folder in "$common"/worktrees/*; do
  place_of "$folder"
  case $place in '' | "$workspace" | "${workspace%/*}/.flotilla-landing/${workspace##*/}") continue ;; esac
  # Beside a workspace that is a linked one itself are those of others.
  [ "$gitdir" = "$common" ] || case $place in "$workspace"/*) ;; *) continue ;; esac
  name_of "$folder"
  seen=$((seen + 1)) rc=0 room=yes told=
  [ $saved -lt $most_saved ] || room=no
  if [ $seen -gt $most_seen ]; then rc=1; else told=$(sh "$0" "$workspace" "$state" "$folder" "$name" $room 2>/dev/null) || rc=$?; fi
  [ -z "$told" ] || printf '%s\n' "$told"
  [ $rc -ne $nothing ] || continue
  kept="$kept$name "
  saved=$((saved + 1))
  [ $rc -ne 0 ] || continue
  printf 'left work tree %s\n' "$name"
  # What was saved of it before is still worth having.
  git for-each-ref --format="ref %(objectname) $refs/$name/%(objectname)" "$refs/$name"
done

git for-each-ref --format='%(refname)' "$refs" | while IFS= read -r ref; do
  case $kept in *" ${ref#"$refs/"} "*) ;; *) echo "delete $ref" | forget_refs ;; esac
done
for one in "$state"/*; do
  case $kept in *" ${one##*/} "*) ;; *) rm -rf "$one" ;; esac
done
