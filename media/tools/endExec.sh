# Ends a command that the engine started: sh endExec.sh <marker>, as the user that the command runs as.
# Exit codes: 0 ended, 3 nothing of it is there: it is over, or has not begun yet.
#
# Docker can't end an exec, and the process id that it tells is the host's. What belongs to the command carries FLOTILLA_EXEC=<marker> in
# its environment. Of that go its first process (the parent is outside: 0), everything in that one's session, and all that descends
# from these, also what they begin meanwhile. What made itself a session of its own and lost its parents (a tmux server, a supervisor)
# was detached on purpose and stays. First politely, after a second by force.
#
# Of /proc/<pid>/stat it reads, after the name in parentheses: state, parent, process group, session (proc(5)).

marked=" $(grep -lsF "FLOTILLA_EXEC=$1" /proc/[0-9]*/environ | tr -c '0-9' ' ') "
own=
targets=' '
told=' '

# Reads one process: sets pid, state, parent and session.
look_at() {
  { read -r line < "$1"; } 2>/dev/null || return 1
  pid=${line%% *}
  set -- ${line##*) }
  state=$1
  parent=$2
  session=$4
}

# Sets table: a line for each process that lives.
scan() {
  table=
  for stat in /proc/[0-9]*/stat; do
    look_at "$stat" || continue
    [ "$state" = Z ] || table="$table$pid $parent $session
"
  done
}

# Sets own, the session of the command: that of its first process, or without it the oldest that carries the marker.
find_own() {
  root=
  while read -r pid parent session; do
    case "$marked" in *" ${pid:-none} "*) ;; *) continue ;; esac
    [ "$parent" != 0 ] || root=$pid
    if [ -z "$own" ] || [ "$session" -lt "$own" ]; then own=$session; fi
  done <<TABLE
$table
TABLE
  own=${root:-$own}
}

# Adds to targets what belongs to the command; sets alive, and new for those of them that nobody has told to end.
find_targets() {
  more=yes
  while [ -n "$more" ]; do
    more= alive= new=
    while read -r pid parent session; do
      [ -n "$pid" ] && [ "$pid" != 1 ] || continue
      case "$targets" in
        *" $pid "*) ;;
        *)
          if [ "$session" != "$own" ]; then
            case "$targets" in *" $parent "*) ;; *) continue ;; esac
          fi
          targets="$targets$pid "
          more=yes
          ;;
      esac
      alive="$alive $pid"
      case "$told" in *" $pid "*) ;; *) new="$new $pid" ;; esac
    done <<TABLE
$table
TABLE
  done
}

scan
find_own
[ -n "$own" ] || exit 3
tries=0
while [ $tries -lt 20 ]; do
  find_targets
  [ -n "$alive" ] || exit 0
  # Unquoted on purpose: lists of process ids.
  if [ $tries -ge 10 ]; then
    kill -KILL $alive 2>/dev/null
  elif [ -n "$new" ]; then
    kill -TERM $new 2>/dev/null
    told="$told${new# } "
  fi
  sleep 0.1
  tries=$((tries + 1))
  scan
done
exit 0
