#!/bin/sh
# Keeps a landing's work tree as it stands before its conflicts are resolved, tells what was changed, and leads back.
#   sh resolve.sh save   <work tree>   keeps it. Prints "tree <its files>" and the unmerged entries of the index as git ls-files -u does
#   sh resolve.sh look   <work tree> <tree>  puts git's own state back (index, HEAD, the rebase), which is not to be changed. Prints
#                                      "git kept" or "git restored", "tree <its files now>", and what differs from that tree, as
#                                      git diff-tree --raw does
#   sh resolve.sh back   <work tree> <tree>  standard input: names that end with NUL: they become as they are in that tree
#   sh resolve.sh undo   <work tree>   everything becomes as it was kept, which is then let go. Prints "undone", or "nothing" when none was kept
#   sh resolve.sh forget <work tree>   lets go what was kept
# What is kept is in the work tree's git folder: after a kill, undo still finds it. Ignored files are not looked at.
# Exit codes: 65 this is no work tree of its own, 66 nothing was kept; others are git's.
set -eu
umask 022
[ $# -ge 2 ] || exit 64
what=$1 work_tree=$2 since=${3:-}
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_COMMON_DIR
export GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0 GIT_LITERAL_PATHSPECS=1 GIT_LFS_SKIP_SMUDGE=1 LC_ALL=C
run() {
  git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.splitIndex=false -c core.safecrlf=false -c core.quotePath=true \
    -c index.sparse=false -c gc.auto=0 -c maintenance.auto=false -c advice.addEmbeddedRepo=false -c submodule.recurse=false \
    -c color.ui=false "$@"
}

cd "$work_tree"
# Without its own .git, git would take a repository further up for it.
[ "$(run rev-parse --show-toplevel)" = "$(pwd -P)" ] || exit 65
gitdir=$(run rev-parse --absolute-git-dir)
kept=$gitdir/flotilla-resolve
states='HEAD index MERGE_MSG MERGE_HEAD AUTO_MERGE REBASE_HEAD CHERRY_PICK_HEAD REVERT_HEAD SQUASH_MSG rebase-merge rebase-apply sequencer'

# The files as they are on disk, as a tree. Starts from the index that was kept, so that only changed files are read.
files() {
  [ -e "$kept/files" ] || cp -p "$kept/state/index" "$kept/files"
  rm -f "$kept/files.lock"
  GIT_INDEX_FILE=$kept/files run add --all --ignore-errors -- . 2>/dev/null || :
  GIT_INDEX_FILE=$kept/files run write-tree
}

# What git's own state says, as a hash: the index's entries without the times of files, HEAD, and how far the rebase is.
says() { # says <folder> <index>
  all "$@" | run hash-object --stdin
}
all() {
  GIT_INDEX_FILE=$2 run ls-files --stage
  for one in HEAD rebase-merge/msgnum rebase-merge/end rebase-merge/git-rebase-todo rebase-merge/stopped-sha MERGE_HEAD CHERRY_PICK_HEAD; do
    echo "$one"
    cat "$1/$one" 2>/dev/null || :
  done
  for one in rebase-merge rebase-apply sequencer; do [ ! -e "$1/$one" ] || echo "$one"; done
}

git_back() {
  rm -f "$gitdir/index.lock" "$gitdir/HEAD.lock"
  # It is there while this was cut off in the middle: what is hashed may be back already, and the rest not.
  if [ ! -e "$kept/restoring" ] && [ "$(says "$gitdir" "$gitdir/index" 2>/dev/null)" = "$(cat "$kept/says")" ]; then
    echo 'git kept'
    return
  fi
  : >"$kept/restoring"
  for one in $states; do restore_state "$one"; done
  rm -f "$kept/restoring"
  echo 'git restored'
}
restore_state() { # restore_state <name>: a file in one step, since nothing is a work tree without its HEAD
  rm -rf "$kept/new"
  if [ -e "$kept/state/$1" ]; then cp -pR "$kept/state/$1" "$kept/new"; fi
  if [ ! -f "$kept/new" ] || [ -d "$gitdir/$1" ]; then rm -rf "${gitdir:?}/$1"; fi
  if [ -e "$kept/new" ]; then mv -f "$kept/new" "$gitdir/$1"; fi
}

need() {
  [ -e "$kept/tree" ] || exit 66
  read -r tree <"$kept/tree"
}

save() {
  forget
  mkdir -p "$kept/state"
  for one in $states; do
    if [ -e "$gitdir/$one" ]; then cp -pR "$gitdir/$one" "$kept/state/$one"; fi
  done
  says "$kept/state" "$kept/state/index" >"$kept/says"
  files >"$kept/tree.new"
  mv "$kept/tree.new" "$kept/tree"
  echo "tree $(cat "$kept/tree")"
  run ls-files --unmerged
}

look() {
  need
  git_back
  now=$(files)
  echo "tree $now"
  run diff-tree -r --raw --no-abbrev --no-renames "$since" "$now"
}

back() {
  need
  cat >"$kept/names"
  put_back "$since"
}

put_back() { # put_back <tree>
  [ ! -s "$kept/names" ] || write_back "$1"
  rm -f "$kept/back" "$kept/names"
}
write_back() {
  # The files as they were seen last know what there is to remove; checkout-index says of what was not there that it has no such thing.
  GIT_INDEX_FILE=$kept/files run rm -rfq --ignore-unmatch --pathspec-from-file="$kept/names" --pathspec-file-nul || :
  rm -f "$kept/back.lock"
  GIT_INDEX_FILE=$kept/back run read-tree "$1"
  GIT_INDEX_FILE=$kept/back run checkout-index --force --quiet -z --stdin <"$kept/names" || :
}

undo() {
  if [ ! -e "$kept/tree" ]; then
    forget
    echo nothing
    return
  fi
  need
  git_back >/dev/null
  run diff-tree -r -z --name-only --no-renames "$tree" "$(files)" >"$kept/names"
  put_back "$tree"
  forget
  echo undone
}

forget() { # first what says that it is whole
  rm -f "$kept/tree"
  rm -rf "$kept"
}

case $what in
  save | look | back | undo | forget) "$what" ;;
  *) exit 64 ;;
esac
