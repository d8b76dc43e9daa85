#!/bin/sh
# Saves a workspace as it is in a commit shaped like a stash, without touching its index, its HEAD or its files:
#   sh checkpoint.sh <workspace> <state folder>
# Parents are HEAD, a commit of the index, and, when there are untracked files, a commit of those; ignored files are left out.
# `git stash apply <commit>` brings it back. The indexes in the state folder are kept, so that only changed files are read again.
# Answers on standard output, one line each:
#   head <commit> [<branch>]     what is checked out; no branch when detached, no line when there is no commit yet
#   commit <commit> <number>     the checkpoint that was made, refs/flotilla/checkpoints/<number>
#   unchanged <commit> <number>  nothing has changed since that checkpoint
#   nested <path>                a repository inside the workspace, whose files are not saved (path as git quotes it)
#   unsaved <path>               something else that could not be saved
#   shallow                      the history is cut off: something was fetched with --depth
#   ref <commit> <name>          branches and checkpoints, newest first; what is stashed away, as refs/flotilla/stash/<commit>
set -eu
umask 077
[ $# -eq 2 ] || exit 64
workspace=$1 state=$2
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY
export GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0 GIT_LITERAL_PATHSPECS=1 LC_ALL=C
export GIT_AUTHOR_NAME=Flotilla GIT_AUTHOR_EMAIL=flotilla@localhost
export GIT_COMMITTER_NAME=Flotilla GIT_COMMITTER_EMAIL=flotilla@localhost
keep=50

mkdir -p "$state"
cd "$workspace"
run() {
  git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.splitIndex=false -c core.safecrlf=false -c core.quotePath=true \
    -c gc.auto=0 -c maintenance.auto=false -c advice.addEmbeddedRepo=false -c submodule.recurse=false -c color.ui=false "$@"
}
with() { # with <index> <git arguments>
  index=$1
  shift
  GIT_INDEX_FILE=$index run "$@"
}

gitdir=$(git rev-parse --absolute-git-dir)
all=$state/all worktree=$state/worktree untracked=$state/untracked
rm -f "$state"/*.lock "$worktree" "$untracked"

head=$(git rev-parse --verify -q 'HEAD^{commit}' || true)
branch=$(git symbolic-ref -q --short HEAD || true)
[ -z "$head" ] || printf 'head %s %s\n' "$head" "$branch"

# Copies keep the time of their original (cp -p): git reads a file again when it is no older than the index, and a copy that
# looks newer would hide a change of the same size made within the same tick of the clock.

# The index. One with conflicts has no tree; HEAD's stands for it, and the files with their conflict marks are in the work tree's.
if [ -e "$gitdir/index" ]; then cp -p "$gitdir/index" "$worktree"; else with "$worktree" read-tree --empty; fi
if ! index_tree=$(with "$worktree" write-tree 2>/dev/null); then
  if [ -n "$head" ]; then index_tree=$(git rev-parse "$head^{tree}"); else index_tree=$(git mktree </dev/null); fi
fi

# The work tree: tracked files as they are on disk.
with "$worktree" add --update --ignore-errors -- . 2>/dev/null || true
work_tree=$(with "$worktree" write-tree)

# Everything that is not ignored, minus what is tracked: the untracked files.
[ -e "$all" ] || cp -p "$worktree" "$all"
with "$all" add --all --ignore-errors -- . 2>/dev/null || {
  # An index that a crash left unreadable is made anew.
  with "$all" ls-files --stage >/dev/null 2>&1 || { cp -p "$worktree" "$all"; with "$all" add --all --ignore-errors -- . 2>/dev/null || true; }
}
with "$all" ls-files -z --cached --ignored --exclude-standard | with "$all" update-index -z --force-remove --stdin
added=$state/added
with "$all" diff-index --cached --raw --no-abbrev --no-renames --diff-filter=A "$work_tree" >"$added"
sed -n 's/^:000000 160000 [0-9a-f]* [0-9a-f]* A	/nested /p' "$added" | head -n 100
sed -n -e '/^:000000 160000 /d' -e 's/^:000000 \([0-7]*\) [0-9a-f]* \([0-9a-f]*\) A	/\1 \2	/p' "$added" |
  with "$untracked" update-index --add --index-info
with "$all" ls-files --others --exclude-standard --directory --no-empty-directory | head -n 100 | while IFS= read -r path; do
  case $path in
  */) if [ -e "${path}.git" ]; then printf 'nested %s\n' "${path%/}"; else printf 'unsaved %s\n' "$path"; fi ;;
  *) printf 'unsaved %s\n' "$path" ;;
  esac
done
untracked_tree=$(with "$untracked" write-tree)
rm -f "$worktree" "$untracked" "$added"
empty_tree=$(git mktree </dev/null)

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
  number=${newest##*/}
  case $number in '' | *[!0-9]*) number=0 ;; esac
  number=$((number + 1))
  base=$head
  [ -n "$base" ] || base=$(echo 'Nothing committed yet' | run commit-tree "$empty_tree")
  index_commit=$(echo "index on ${branch:-(no branch)}" | run commit-tree -p "$base" "$index_tree")
  set -- -p "$base" -p "$index_commit"
  if [ "$untracked_tree" != "$empty_tree" ]; then
    set -- "$@" -p "$(echo "untracked files on ${branch:-(no branch)}" | run commit-tree "$untracked_tree")"
  fi
  commit=$(echo "Checkpoint $number on ${branch:-(no branch)}" | run commit-tree "$@" "$work_tree")
  run update-ref "refs/flotilla/checkpoints/$number" "$commit"
  [ "$number" -le "$keep" ] || run update-ref -d "refs/flotilla/checkpoints/$((number - keep))"
  printf '%s %s %s\n' "$now" "$commit" "$number" >"$state/last.new"
  mv "$state/last.new" "$state/last"
  printf 'commit %s %s\n' "$commit" "$number"
fi
[ "$(git rev-parse --is-shallow-repository)" != true ] || echo shallow
git reflog show -n 50 --format='ref %H refs/flotilla/stash/%H' refs/stash -- 2>/dev/null || true
git for-each-ref --sort=-committerdate --count=500 --format='ref %(objectname) %(refname)' refs/heads refs/flotilla/checkpoints
