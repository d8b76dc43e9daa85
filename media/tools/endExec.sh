# Ends a command that the engine started: sh endExec.sh <marker>, as the user that the command runs as.
#
# Docker can't end an exec, and the process id that it tells is the host's. What belongs to the command carries FLOTILLA_EXEC=<marker> in
# its environment. Of that go its first process (the parent is outside: 0), everything in that one's session, and all that descends
# from these. What made itself a session of its own and lost its parents (a tmux server, a supervisor) was detached on purpose and
# stays. First politely, after a second by force.
#
# Of /proc/<pid>/stat it reads, after the name in parentheses: state, parent, process group, session (proc(5)).

marked=" $(grep -lsF "FLOTILLA_EXEC=$1" /proc/[0-9]*/environ | tr -c '0-9' ' ') "

# Reads one process: sets pid, state, parent and session.
look_at() {
  { read -r line < "$1"; } 2>/dev/null || return 1
  pid=${line%% *}
  set -- ${line##*) }
  state=$1
  parent=$2
  session=$4
}

table=
root=
lowest=
for stat in /proc/[0-9]*/stat; do
  look_at "$stat" || continue
  [ "$state" != Z ] || continue
  table="$table$pid $parent $session
"
  case "$marked" in *" $pid "*) ;; *) continue ;; esac
  [ "$parent" != 0 ] || root=$pid
  if [ -z "$lowest" ] || [ "$session" -lt "$lowest" ]; then lowest=$session; fi
done
# Without its first process, the oldest session that carries the marker is the command's.
own=${root:-$lowest}
[ -n "$own" ] || exit 0

targets=' '
more=yes
while [ -n "$more" ]; do
  more=
  while read -r pid parent session; do
    [ -n "$pid" ] && [ "$pid" != 1 ] || continue
    case "$targets" in *" $pid "*) continue ;; esac
    if [ "$session" != "$own" ]; then
      case "$targets" in *" $parent "*) ;; *) continue ;; esac
    fi
    targets="$targets$pid "
    more=yes
  done <<TABLE
$table
TABLE
done

# Unquoted on purpose, here and below: a list of process ids.
kill -TERM $targets 2>/dev/null
tries=0
while [ $tries -lt 10 ]; do
  sleep 0.1
  alive=
  for target in $targets; do
    look_at "/proc/$target/stat" && [ "$state" != Z ] && alive="$alive $target"
  done
  [ -n "$alive" ] || exit 0
  tries=$((tries + 1))
done
kill -KILL $alive 2>/dev/null
exit 0
