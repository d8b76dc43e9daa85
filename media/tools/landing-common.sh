# What landing.sh and landing-move.sh share; read in by them with the workspace as $W. Sets:
#   G the workspace's git folder, C the one that its linked work trees share, L the landing's work tree, S the landing's state, J the journal
#   of a move. S and J are in the git folder: they live as long as the branches that they tell of.
# Names of files are lines as git quotes them (core.quotePath), so that no name can end a line.
. "${0%/*}/locks.sh"
set -eu
umask 022
export LC_ALL=C GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0 GIT_LITERAL_PATHSPECS=1 GIT_LFS_SKIP_SMUDGE=1 GIT_NO_LAZY_FETCH=1
export GIT_EDITOR=: GIT_SEQUENCE_EDITOR=:
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_COMMON_DIR GIT_NAMESPACE CDPATH
wrong_use=64 failed=70 moved_on=71 onto_missing=72 exists=73 running=74 operation=75 none=76 not_stopped=77 unresolved=78 changed=79
partial=80 shallow=81 interrupted=82 locked=83 in_the_way=84 not_done=85
tab=$(printf '\t')
nl='
'
# Whatever the session or the user has set: the same commits give the same result everywhere.
settings='-c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.splitIndex=false -c core.untrackedCache=false -c core.safecrlf=false
  -c core.quotePath=true -c core.sparseCheckoutCone=false -c index.sparse=false -c gc.auto=0 -c maintenance.auto=false -c rerere.enabled=false
  -c commit.gpgSign=false -c rebase.autoStash=false -c rebase.autoSquash=false -c rebase.updateRefs=false -c rebase.rebaseMerges=false
  -c rebase.stat=false -c rebase.missingCommitsCheck=ignore -c rebase.abbreviateCommands=false -c merge.renames=true
  -c merge.directoryRenames=conflict -c merge.renormalize=false -c submodule.recurse=false -c color.ui=false -c i18n.logOutputEncoding=UTF-8
  -c worktree.useRelativePaths=false -c worktree.guessRemote=false -c diff.ignoreSubmodules=none'
# Messages may begin lines with "#", which git would take for comments after a conflict.
comment=$(printf '\001')
git() { command git $settings -c core.commentChar="$comment" "$@"; }
refuse() { # refuse <code> <sentence>
  echo "flotilla: $2" >&2
  exit "$1"
}

W=${W%/}
cd "$W" || refuse $wrong_use "there is no workspace at $W"
G=$(command git rev-parse --absolute-git-dir)
C=$(command git rev-parse --git-common-dir)
case $C in /*) ;; *) C=$(cd "$C" && pwd -P) ;; esac
L=${W%/*}/.flotilla-landing/${W##*/} S=$G/flotilla-landing J=$G/flotilla-move

# Processes are told by number and start time: numbers come again, most surely after a restart of the environment.
started() { # started <pid>: prints when it started; nothing when it has ended
  stat=
  [ ! -r "/proc/$1/stat" ] || read -r stat <"/proc/$1/stat" 2>/dev/null || :
  [ -n "$stat" ] || return 0
  stat=${stat##*) }
  case $stat in Z* | X*) return 0 ;; esac
  set -- $stat
  [ $# -lt 20 ] || printf '%s' "${20}"
}
mark() { printf '%s %s\n' $$ "$(started $$)" >"$1"; }
is_alive() { # is_alive <file>: does the process that it names live?
  [ -s "$1" ] || return 1
  read -r pid start <"$1" || return 1
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  [ "$pid" != $$ ] && [ "$(started "$pid")" = "$start" ] && kill -0 "$pid" 2>/dev/null
}
# marked <file> <command>: leaves its mark, so that it is found when this script is killed and it is not.
marked() {
  sh -c 'file=$1; shift; stat=; [ ! -r "/proc/$$/stat" ] || read -r stat <"/proc/$$/stat"
    start() { [ $# -lt 20 ] || printf %s "${20}"; }
    printf "%s %s\n" $$ "$(start ${stat##*) })" >"$file" && exec "$@"' \
    sh "$@"
}
stop_marked() { # ends the process that a mark names
  is_alive "$1" || return 0
  kill "$pid" 2>/dev/null || :
  tries=0
  while is_alive "$1"; do
    tries=$((tries + 1))
    [ $tries -lt 50 ] || kill -9 "$pid" 2>/dev/null || :
    [ $tries -lt 100 ] || refuse $running "process $pid does not end"
    sleep 0.1 2>/dev/null || sleep 1
  done
}
# free_locks <file>...: removes locks that a killed git of ours has left; the session is idle when this is called.
free_locks() {
  for file; do
    case $file in */packed-refs.lock) free_packed_refs "$C" "$W" "$L" ;; *) free_lock "$file" "$W" "$L" ;; esac ||
      refuse $locked "somebody's git works here"
  done
}

under_way() {
  for trace in MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD BISECT_START rebase-merge rebase-apply sequencer; do
    [ ! -e "$G/$trace" ] || refuse $operation "the workspace is in the middle of something: $trace"
  done
}
raw() { # sets raw: the bytes of a quoted name
  raw=$1
  case $raw in
  '"'*)
    raw=${raw#?}
    raw=$(printf '%s' "${raw%?}" | sed -e 's/%/%%/g' -e 's/\\"/"/g')
    raw=$(printf "x$raw"x)
    raw=${raw#x}
    raw=${raw%x}
    ;;
  esac
}

# Takes tracked files from the work tree in the current folder, with what git knows of links and folders on the way:
# index lines "<mode> <object> <tab> <name>" on standard input. The real index is left alone.
scratch_index() { # scratch_index <file>: a fresh index with the lines of standard input
  rm -f "$1" "$1.lock"
  GIT_INDEX_FILE=$1 git update-index --index-info
}
remove_files() { # remove_files <scratch file>
  scratch_index "$1"
  [ ! -e "$1" ] || GIT_INDEX_FILE=$1 git -c core.sparseCheckout=false read-tree --reset -u "$(git mktree </dev/null)"
  rm -f "$1"
}
