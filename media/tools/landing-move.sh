#!/bin/sh
# Moves a workspace's own tree, index and branch from one commit to another, and keeps uncommitted work that is not in the way:
#   sh landing-move.sh <workspace> move <from> <to>
#   sh landing-move.sh <workspace> recover     ends a move that was interrupted, forward; changes nothing when there is none
#   sh landing-move.sh <workspace> back        the same, backward
# Answers: moved <commit>, or way <name> for each file that is in the way. Exit codes: see landing-common.sh.
# Before anything changes, the journal is written: all files that differ between the two commits were as the first one has them, or absent,
# so putting exactly these to what either commit has loses nothing.
[ $# -ge 2 ] || exit 64
W=$1 verb=$2
shift 2
. "${0%/*}/landing-common.sh"

raw_changes() { git diff-tree -r --no-renames --raw --no-abbrev "$1" "$2"; }
# Of raw changes, the entries of the second commit; mode 0 for what it lacks. Submodules' folders are not ours to write.
entries() { sed -n 's/^:[0-7]* \([0-7]*\) [0-9a-f]* \([0-9a-f]*\) [A-Z][0-9]*	/\1 \2	/p'; }
files_only() { sed -e '/^160000 /d' -e '/^000000 /d'; }

free_to_move() {
  ! is_alive "$J/script" && ! is_alive "$J/git" || refuse $running 'it is being moved'
  ! is_alive "$S/script" && ! is_alive "$S/git" || refuse $running 'it is being rebased'
}
move() {
  from=$1 to=$2
  [ ! -e "$J" ] || { free_to_move; refuse $interrupted 'a move was interrupted'; }
  free_to_move
  head=$(git rev-parse --verify -q 'HEAD^{commit}' || :)
  [ "$head" != "$to" ] || { printf 'moved %s\n' "$to"; return; }
  [ "$head" = "$from" ] || refuse $moved_on 'the session has moved on'
  under_way
  [ ! -e "$G/index.lock" ] || refuse $locked 'somebody works at the index'
  git cat-file -e "$to^{commit}" 2>/dev/null || refuse $onto_missing "there is no commit $to here"
  [ -z "$(git ls-files -u | head -c 1)" ] || refuse $operation 'the workspace has conflicts of its own'
  work=$J.new
  rm -rf "$work"
  mkdir "$work"
  find_obstacles
  printf '%s %s\n' "$from" "$to" >"$work/journal"
  mark "$work/script"
  mv "$work" "$J"
  marked "$J/git" git $settings read-tree -m -u "$from" "$to" >&2 || {
    goal=$from other=$to
    [ -e "$G/index.lock" ] || roll
    exit $failed
  }
  move_head "$from" "$to"
  rm -rf "$J"
  printf 'moved %s\n' "$to"
}
move_head() { # move_head <from> <to>: the branch that is checked out, or HEAD itself when it is detached
  [ "$(git rev-parse HEAD)" = "$2" ] || git update-ref -m 'flotilla: landing' HEAD "$2" "$1"
}
# after_kill <exit code>: the lock of a git that was killed, and not this script with it, is nobody's.
after_kill() { [ "$1" -le 128 ] || free_lock "$G/index.lock" "$W" "$L" || :; }
find_obstacles() {
  git update-index -q --refresh >/dev/null 2>&1 || after_kill $?
  raw_changes "$from" "$to" >"$work/raw"
  cut -f2- "$work/raw" | sort -u >"$work/changes"
  { git diff-files --name-only --ignore-submodules=all; git diff-index --cached --name-only --no-renames --ignore-submodules=all "$from"; } |
    sort -u | comm -12 - "$work/changes" >"$work/way"
  untracked_in_the_way
  sort -u "$work/way" | sed -e 's/^/way /' | head -n 20000
  if [ -s "$work/way" ]; then
    rm -rf "$work"
    refuse $in_the_way 'uncommitted files are in the way'
  fi
  git read-tree -n -m -u "$from" "$to" >&2 || {
    after_kill $?
    rm -rf "$work"
    exit $in_the_way
  }
}
untracked_in_the_way() { # ignored ones too, which git itself would write over
  index=$work/index
  sed -n '/^:000000 /p' "$work/raw" | entries | files_only | scratch_index "$index"
  [ -e "$index" ] || return 0
  {
    GIT_INDEX_FILE=$index git diff-files --name-only --diff-filter=d
    GIT_INDEX_FILE=$index git ls-files -k
  } | sort -u >"$work/present"
  GIT_INDEX_FILE=$index git ls-files >"$work/added"
  if [ -s "$work/present" ]; then git ls-files | sort -u | comm -23 "$work/present" - >>"$work/way"; fi
  # -k looks no deeper than the first folder.
  while IFS= read -r name; do
    raw "$name"
    [ ! -d "./$raw" ] || git ls-files --others -- "$raw" >>"$work/way"
  done <"$work/added"
  rm -f "$index"
}

roll() { # puts what differs between $other and $goal to what $goal has, whatever it is now
  raw_changes "$other" "$goal" | entries >"$J/to"
  raw_changes "$goal" "$other" | entries | files_only | scratch_index "$J/index"
  files_only <"$J/to" | scratch_index "$J/goal"
  tree=$(GIT_INDEX_FILE=$J/goal git write-tree --missing-ok)
  GIT_INDEX_FILE=$J/index git -c core.sparseCheckout=false read-tree --reset -u "$tree" >&2
  { sed -n '/^000000 /p' "$J/to"; sed -e '/^000000 /d' "$J/to"; } | git update-index --index-info
  git update-index -q --refresh >/dev/null 2>&1 || :
  move_head "$other" "$goal"
  rm -rf "$J"
}
recover() { # recover forward|back
  if [ -e "$J.new" ]; then
    # It had just begun, and may have been refreshing the index.
    free_locks "$G/index.lock"
    rm -rf "$J.new"
  fi
  if [ ! -e "$J/journal" ]; then
    rm -rf "$J"
    printf 'moved %s\n' "$(git rev-parse HEAD)"
    return
  fi
  free_to_move
  read -r from to <"$J/journal"
  head=$(git rev-parse HEAD)
  [ "$head" = "$from" ] || [ "$head" = "$to" ] || refuse $moved_on 'the session has moved on'
  # There was none when the journal was written.
  branch=$(git symbolic-ref -q HEAD || echo HEAD)
  free_locks "$G/index.lock" "$G/HEAD.lock" "$C/$branch.lock" "$C/packed-refs.lock"
  mark "$J/script"
  if [ "$1" = back ]; then goal=$from other=$to; else goal=$to other=$from; fi
  roll
  printf 'moved %s\n' "$goal"
}

case $verb in
move) move "$1" "$2" ;;
recover) recover forward ;;
back) recover back ;;
*) exit 64 ;;
esac
