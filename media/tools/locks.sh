# What the scripts do about locks that a killed git has left in a repository; read in by them. Sets no variable of theirs.

git_at_work() ( # git_at_work <work tree>...: does a git run in one of these, or one that may as well?
  for tree; do
    shift
    tree=$(cd "$tree" 2>/dev/null && pwd -P) || continue
    set -- "$@" "$tree"
  done
  for process in /proc/[0-9]*; do
    name=
    read -r name 2>/dev/null <"$process/comm" || continue
    case $name in git*) ;; *) continue ;; esac
    tries=0
    # None is told of a process that has ended, or that is another user's.
    while ! folder=$(readlink "$process/cwd" 2>/dev/null); do
      ! has_ended "$process" || continue 2
      tries=$((tries + 1))
      [ $tries -lt 5 ] || exit 0
      sleep 0.1 2>/dev/null || sleep 1
    done
    named=$(git_dir_of "$process")
    named=$(cd "$folder" 2>/dev/null && cd "${named:-.}" 2>/dev/null && pwd -P) || named=
    for tree; do
      case $folder/ in "$tree"/*) exit 0 ;; esac
      case $named/ in "$tree"/*) exit 0 ;; esac
    done
  done
  exit 1
)
has_ended() ( # has_ended <folder of a process>
  read -r stat 2>/dev/null <"$1/stat" || exit 0
  case ${stat##*) } in Z* | X*) exit 0 ;; esac
  exit 1
)
git_dir_of() { # git_dir_of <folder of a process>: prints the repository that it was given, wherever it runs
  { tr '\0' '\n' <"$1/cmdline"; tr '\0' '\n' <"$1/environ"; } 2>/dev/null |
    sed -n -e 's/^--git-dir=//p' -e '/^--git-dir$/{n;p;}' -e 's/^GIT_DIR=//p' | head -n 1
}

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
    [ -s "$linked" ] && IFS= read -r tree <"$linked" || continue
    case $tree in /*) ;; *) tree=${linked%/gitdir}/$tree ;; esac
    set -- "$@" "${tree%/.git}"
  done
  free_lock "$repository/packed-refs.lock" "$@"
)

remove_locks() ( # remove_locks <folder>: all below it, where nobody else can be at work
  [ ! -L "$1" ] || exit 0
  for one in "$1"/*; do
    if [ -d "$one" ] && [ ! -L "$one" ]; then remove_locks "$one"; else case $one in *.lock) rm -f "$one" ;; esac; fi
  done
)
