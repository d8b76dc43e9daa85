# What the scripts do about locks that a killed git has left in a repository; read in by them. Sets no variable of theirs.

git_at_work() ( # git_at_work <work tree>...: does a git run in one of these?
  for process in /proc/[0-9]*; do
    name=
    read -r name 2>/dev/null <"$process/comm" || continue
    case $name in git*) ;; *) continue ;; esac
    folder=$(readlink "$process/cwd" 2>/dev/null || :)
    for tree; do
      case $folder/ in "$tree"/*) exit 0 ;; esac
    done
  done
  exit 1
)

# free_lock <lock> <work tree>...: removes it unless a git runs in one of these. False when it has to stay.
free_lock() (
  lock=$1
  shift
  # The lock of a git that ends right now may be another's by the time that none is seen.
  seen=$(ls -i "$lock" 2>/dev/null) || exit 0
  ! git_at_work "$@" || exit 1
  [ "$(ls -i "$lock" 2>/dev/null)" = "$seen" ] || exit 0
  # What is written under this lock keeps it from being written anew.
  case $lock in */packed-refs.lock) rm -f "${lock%lock}new" ;; esac
  rm -f "$lock"
)

# free_packed_refs <git folder that all work trees share> <work tree>...: frees what git locks to delete any ref. With a lock that a killed
# git has left, each deletion waits a second for it and fails. False while a git runs in any work tree: then it is waited for as git does.
free_packed_refs() (
  repository=$1
  [ -e "$repository/packed-refs.lock" ] || exit 0
  shift
  for linked in "$repository"/worktrees/*/gitdir; do
    [ ! -s "$linked" ] || ! read -r tree <"$linked" || set -- "$@" "${tree%/.git}"
  done
  free_lock "$repository/packed-refs.lock" "$@"
)

remove_locks() ( # remove_locks <folder>: all below it, where nobody else can be at work
  for one in "$1"/*; do
    if [ -d "$one" ] && [ ! -L "$one" ]; then remove_locks "$one"; else case $one in *.lock) rm -f "$one" ;; esac; fi
  done
)
