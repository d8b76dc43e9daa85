#!/bin/sh
# Rebases a workspace's commits in a linked work tree of its own, L, while the workspace stays as it is:
#   sh landing.sh <workspace> begin <head> <onto> [<since>]   begins; the workspace's HEAD must be <head>; with <since>, an ancestor of it,
#                                                     all commits since then are moved, whether <onto> has their changes or not
#   sh landing.sh <workspace> resume                  after an interruption: from the last resolved stop
#   sh landing.sh <workspace> continue refuse|keep    after a stop, when its conflicts are resolved; files changed beyond them are refused or kept
#   sh landing.sh <workspace> state
#   sh landing.sh <workspace> fill                    writes the whole tree into L
#   sh landing.sh <workspace> take ours|theirs|keep|delete|conflict|stop   names on standard input
#   sh landing.sh <workspace> blob <object> <most>
#   sh landing.sh <workspace> abort | finish
# Answers on standard output, one line each:
#   commit <n> <of> <commit>        it is being replayed
#   done <commit>                   all are
#   stopped <commit> <n> <of> <subject>, then of this stop: unmerged <mode> <object> <stage> <name>, marked|open|withMarkers|changed <name>
#   state: landing <head> <onto> <branch>, then done|stopped as above, moved, running <n> <of>, interrupted or moving <from> <to>
#   backup <commit> <ref>           finish
# Exit codes: see landing-common.sh.
# The state's files: landing, point (where `resume` begins), todo.<n>, stop and what belongs to it, done, filled, script and git (marks).
[ $# -ge 2 ] || exit 64
W=$1 verb=$2
shift 2
tools=${0%/*}
. "$tools/landing-common.sh"
. "$tools/landing-stop.sh"

sparse() { [ -e "$S/filled" ] && echo false || echo true; }
in_landing() { git -c core.sparseCheckout="$(sparse)" -c merge.conflictStyle="$style" "$@"; }
style=diff3
prepare() { # what a rebase needs
  free_packed_refs "$C" "$W" "$L" || :
  case $(command git version) in *' 2.3'[5-9]* | *' 2.'[4-9][0-9]* | *' '[3-9].*) style=zdiff3 ;; esac
  git var GIT_COMMITTER_IDENT >/dev/null 2>&1 || export GIT_COMMITTER_NAME=Flotilla GIT_COMMITTER_EMAIL=flotilla@localhost
}
first() { # first <file>: sets line to its first line, or to nothing
  line=
  [ ! -s "$1" ] || read -r line <"$1" || :
}

admin() { # sets A: what the repository keeps of L; empty when nothing
  A=
  for folder in "$C"/worktrees/*; do
    first "$folder/gitdir"
    [ "$line" != "$L/.git" ] || A=$folder
  done
}
drop() { # removes L and what the repository keeps of it
  [ ! -e "$L" ] || rm -rf "$L" 2>/dev/null || { chmod -R u+rwX "$L" 2>/dev/null || :; rm -rf "$L"; }
  admin
  while [ -n "$A" ]; do
    rm -rf "$A"
    admin
  done
  # Half made by a git that was killed: it names no work tree yet.
  for folder in "$C/worktrees/${W##*/}"*; do
    if [ -d "$folder" ] && [ ! -s "$folder/gitdir" ]; then rm -rf "$folder"; fi
  done
  for folder in "$C/worktrees" "${L%/*}"; do
    [ ! -d "$folder" ] || rmdir "$folder" 2>/dev/null || :
  done
}
build() { # build <commit>: makes L, with the files that decide how others are merged; with all once it was filled
  drop
  [ -d "${L%/*}" ] || mkdir -m 700 "${L%/*}"
  cd "$W"
  git worktree add -q --no-checkout --detach "$L" "$1" >&2
  admin
  mkdir -p "$A/info"
  echo .gitattributes >"$A/info/sparse-checkout"
  cd "$L"
  in_landing read-tree -m -u HEAD
}

where() { # sets n and of: how far it is; offset: how many of these an earlier run had replayed
  first "$S/offset"
  offset=${line:-0}
  first "$A/rebase-merge/msgnum"
  n=$((${line:-0} + offset))
  first "$A/rebase-merge/end"
  of=$((${line:-0} + offset))
}

# The progress of a rebase, from its own list of what it has begun.
tell_progress() {
  n=$offset opened='' over=''
  trap 'over=1' TERM
  while :; do
    if [ -z "$opened" ] && [ -e "$A/rebase-merge/done" ] && [ -s "$A/rebase-merge/end" ]; then
      opened=1
      exec 7<"$A/rebase-merge/done"
      read -r of <"$A/rebase-merge/end" || of=0
      of=$((of + offset))
    fi
    if [ -n "$opened" ]; then
      while read -r word commit rest <&7; do
        case $word in pick | p) n=$((n + 1)) ;; *) continue ;; esac
        [ "$n" -le "$told" ] || printf 'commit %s %s %s\n' "$n" "$of" "$commit"
      done
    fi
    [ -z "$over" ] && kill -0 $$ 2>/dev/null || return 0
    { sleep 0.1 2>/dev/null || sleep 1; } >/dev/null 2>&1 &
    wait $! || :
  done
}
replay() { # replay <arguments of git rebase>: runs it in L and tells how it ended
  admin
  where
  told=$n
  tell_progress &
  progress=$!
  rc=0
  set -- command git $settings -c core.commentChar="$comment" -c core.sparseCheckout="$(sparse)" -c merge.conflictStyle="$style" rebase "$@"
  shift
  marked "$S/git" "$@" </dev/null >"$S/said" 2>&1 || rc=$?
  kill "$progress" 2>/dev/null || :
  wait "$progress" || :
  if [ ! -d "$A/rebase-merge" ] && [ $rc -eq 0 ]; then
    tell_done
  elif [ -s "$A/rebase-merge/stopped-sha" ]; then
    save_stop
    cp "$S/names" "$S/open"
    cp "$S/marked" "$S/withMarkers"
    : >"$S/changed"
    tell_stop
  else
    tail -c 4000 "$S/said" >&2
    exit $failed
  fi
  rm -f "$S/script" "$S/git"
}
tell_done() {
  commit=$(git rev-parse HEAD)
  git update-ref --no-deref refs/flotilla/landing/result "$commit"
  printf '%s\n' "$commit" >"$S/done.new"
  mv "$S/done.new" "$S/done"
  printf 'done %s\n' "$commit"
}

begin() {
  head=$1 onto=$2 since=${3:-}
  [ ! -e "$J" ] || refuse $interrupted 'a move was interrupted'
  [ ! -e "$S" ] || refuse $exists 'a landing is there already'
  [ "$(git rev-parse --verify -q 'HEAD^{commit}' || :)" = "$head" ] || refuse $moved_on 'the session has moved on'
  under_way
  git cat-file -e "$onto^{commit}" 2>/dev/null || refuse $onto_missing "there is no commit $onto here"
  ! git config --get-regexp '^(extensions\.partialclone|remote\..*\.promisor)$' >/dev/null || refuse $partial 'the clone is partial'
  [ ! -e "$C/shallow" ] || git merge-base "$head" "$onto" >/dev/null || refuse $shallow 'the clone is shallow'
  rm -rf "$S.new"
  (umask 077; mkdir "$S.new")
  printf '%s %s %s\n' "$head" "$onto" "$(git symbolic-ref -q HEAD || :)" >"$S.new/landing"
  [ -z "$since" ] || printf '%s\n' "$since" >"$S.new/since"
  mark "$S.new/script"
  mv "$S.new" "$S"
  free_locks "$C"/refs/flotilla/landing/*.lock
  from_head
}
from_head() {
  printf 'update refs/flotilla/landing/%s\n' "before $head" "onto $onto" | git update-ref --no-deref --stdin
  prepare
  build "$head"
  first "$S/since"
  if [ -n "$line" ]; then set -- --onto "$onto" "$line"; else set -- "$onto"; fi
  replay --merge --keep-empty --no-fork-point --no-autosquash --no-autostash "$@"
}
stands() { # is it at the stop that was saved?
  [ -e "$S/stop" ] && [ -d "$L" ] || return 1
  admin
  [ -n "$A" ] && first "$A/rebase-merge/stopped-sha"
  set -- "$line"
  first "$S/stop"
  case ${line%% *} in "${1:-none}"*) return 0 ;; esac
  return 1
}
free_indexes() {
  rm -f "$S/index.lock"
  free_lock "$A/index.lock" "$L" || refuse $locked "somebody's git works in the landing's work tree"
}
at_stop() {
  at_rest
  [ -e "$S/stop" ] || refuse $not_stopped 'it does not stand at a conflict'
  stands || refuse $interrupted 'somebody ended the rebase'
  cd "$L"
  free_indexes
}
# A landing that no process works at.
at_rest() {
  [ -e "$S/landing" ] || refuse $none 'there is no landing'
  [ ! -e "$J" ] || refuse $interrupted 'a move was interrupted'
  ! is_alive "$S/script" && ! is_alive "$S/git" || refuse $running 'it is being worked at'
  read -r head onto branch <"$S/landing" || :
}
resume() {
  at_rest
  if [ -e "$S/done" ]; then
    printf 'done %s\n' "$(cat "$S/done")"
    return
  fi
  if stands; then
    look_at_stop
    return
  fi
  free_locks "$C"/refs/flotilla/landing/*.lock
  mark "$S/script"
  rm -f "$S/stop"
  if [ ! -e "$S/point" ]; then
    echo 0 >"$S/offset"
    from_head
    return
  fi
  read -r base commit tree n of <"$S/point"
  echo "$n" >"$S/offset"
  prepare
  build "$base"
  if [ "$(git rev-parse "$base^{tree}")" != "$tree" ]; then
    in_landing read-tree -m -u HEAD "$tree"
    git commit -q --no-verify --allow-empty --allow-empty-message --cleanup=verbatim -C "$commit"
  fi
  if ! grep -q '^[a-z]' "$S/todo.$n"; then
    tell_done
    rm -f "$S/script"
    return
  fi
  export FLOTILLA_TODO="$S/todo.$n"
  GIT_SEQUENCE_EDITOR='cp "$FLOTILLA_TODO"' replay --interactive --keep-empty --empty=drop --no-fork-point --no-autosquash \
    --no-autostash --onto HEAD HEAD
}
go_on() {
  at_stop
  open_names
  if [ -s "$S/open" ]; then
    prefixed open "$S/open"
    refuse $unresolved 'conflicts are open'
  fi
  changed_names
  if [ "$1" != keep ] && [ -s "$S/changed" ]; then
    prefixed changed "$S/changed"
    refuse $changed 'other files have changed'
  fi
  # What is not open is resolved: as staged, or, where git had put marks, as it is on disk.
  { cat "$S/marked"; [ "$1" != keep ] || cat "$S/changed"; } | in_landing update-index --ignore-skip-worktree-entries --add --remove --replace --stdin
  tree=$(git write-tree)
  read -r commit n of base <"$S/stop"
  [ -e "$S/filled" ] || thin_out
  cp "$A/rebase-merge/git-rebase-todo" "$S/todo.$n"
  printf '%s %s %s %s %s\n' "$base" "$commit" "$tree" "$n" "$of" >"$S/point.new"
  mv "$S/point.new" "$S/point"
  mark "$S/script"
  rm -f "$S/stop"
  prepare
  replay --continue
}

# Git writes no file for a conflict in a path that is there although it should not be, as resolved ones are: these go before it goes on.
thin_out() {
  git ls-files -t | sed -n -e '/^H \(.*\/\)\{0,1\}\.gitattributes$/d' -e '/^H ".*\/\.gitattributes"$/d' -e 's/^H //p' >"$S/thin"
  git update-index --skip-worktree --stdin <"$S/thin"
  sed -e "s/^/100644 $(git hash-object --stdin </dev/null)	/" "$S/thin" | remove_files "$S/scratch"
}

state() {
  if [ -e "$J/journal" ]; then
    read -r from to <"$J/journal"
    printf 'moving %s %s\n' "$from" "$to"
  fi
  [ -e "$S/landing" ] || return 0
  read -r head onto branch <"$S/landing" || :
  printf 'landing %s %s %s\n' "$head" "$onto" "$branch"
  admin
  if is_alive "$S/script" || is_alive "$S/git"; then
    where
    printf 'running %s %s\n' "$n" "$of"
  elif [ -e "$S/done" ]; then
    commit=$(cat "$S/done")
    printf 'done %s\n' "$commit"
    [ "$(git rev-parse HEAD)" != "$commit" ] || echo moved
  elif stands; then
    look_at_stop
  else
    echo interrupted
  fi
}

fill() {
  if [ -e "$S/done" ]; then
    at_rest
    cd "$L"
    admin
    free_indexes
  else
    at_stop
  fi
  : >"$S/filled"
  for index in "$A/index" "$S/index"; do
    [ -e "$index" ] || continue
    GIT_INDEX_FILE=$index git ls-files -t | sed -n 's/^S //p' | GIT_INDEX_FILE=$index git update-index --no-skip-worktree --stdin
  done
  # What is there stays, changed or not.
  git checkout-index -a -u -q >&2 || :
  conflicts=/dev/null
  [ ! -e "$S/stop" ] || conflicts=$S/names
  missing=$(git ls-files -d | sort -u | comm -23 - "$conflicts" | head -n 3)
  [ -z "$missing" ] || refuse $failed "files could not be written: $missing"
  [ ! -e "$S/index" ] || GIT_INDEX_FILE=$S/index git update-index -q --refresh >/dev/null 2>&1 || :
}

blob() {
  size=$(git cat-file -s "$1" 2>/dev/null) && [ "$(git cat-file -t "$1")" = blob ] || refuse $none 'there is no such content'
  [ "$size" -le "$2" ] || refuse $none 'it is too long'
  git cat-file blob "$1"
}
forget() { # everything of this landing but the backup
  # First what says that there is one: the rest may be half gone when this is cut off.
  rm -rf "$S.new"
  [ ! -e "$S" ] || mv "$S" "$S.new"
  drop
  free_packed_refs "$C" "$W" "$L" || :
  free_locks "$C"/refs/flotilla/landing/*.lock
  printf 'delete refs/flotilla/landing/%s\n' onto result "$@" | git update-ref --no-deref --stdin
  # A move that had just begun may have been refreshing the index.
  [ ! -e "$J.new" ] || free_lock "$G/index.lock" "$W" "$L" || :
  rm -rf "$S.new" "$J.new"
}
abort() {
  for process in script git; do stop_marked "$S/$process"; done
  [ ! -e "$J" ] || sh "$tools/landing-move.sh" "$W" back >/dev/null
  forget before
}
finish() {
  if [ -e "$S/landing" ]; then
    at_rest
    [ -e "$S/done" ] || refuse $not_done 'the rebase is not done'
  fi
  commit=$(git rev-parse --verify -q refs/flotilla/landing/before || :)
  [ -n "$commit" ] || { forget; return 0; }
  free_locks "$C"/refs/flotilla/landing/*.lock
  backups=$(git for-each-ref --sort=-version:refname --format='%(refname)' 'refs/flotilla/landing/' | sed -n 's,^.*/before-\([0-9]*\)$,\1,p' | sort -rn)
  number=${backups%%"$nl"*}
  # Cut off before, it may have made the backup already.
  ref=refs/flotilla/landing/before-${number:-0}
  if [ "$(git rev-parse --verify -q "$ref" || :)" != "$commit" ]; then
    ref=refs/flotilla/landing/before-$((${number:-0} + 1))
    git update-ref --no-deref "$ref" "$commit"
  fi
  printf '%s\n' "$backups" | sed -n -e '20,$s,^,delete refs/flotilla/landing/before-,p' | sed '/-$/d' | git update-ref --no-deref --stdin
  forget before
  printf 'backup %s %s\n' "$commit" "$ref"
}

case $verb in
begin) begin "$@" ;;
resume) resume ;;
continue) go_on "$1" ;;
state) state ;;
fill) fill ;;
take) take "$1" ;;
blob) blob "$1" "$2" ;;
abort) abort ;;
finish) finish ;;
*) exit 64 ;;
esac
