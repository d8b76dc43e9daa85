#!/bin/sh
# Runs Claude Code so that it outlives whoever started it. Everything about a run is in its folder:
#   input    FIFO, Claude's standard input; a holder keeps it open until `finish`
#   output   Claude's standard output, appended, and after its end one line {"type":"flotilla_exit","code":N}
#   errors   its standard error
#   pid, claude.pid, holder.pid   "<pid> <start time>" of the supervisor, of Claude and of the holder
#   exit     the exit code, there once the run is over
#
#   supervise.sh start  <run folder> <bytes> -- <command …>   standard input: exactly so many bytes, the first lines for Claude. A run
#                                                     that was started before is left as it is, whatever became of it
#   supervise.sh send   <run folder> <bytes>          standard input: exactly so many bytes of lines for Claude
#   supervise.sh finish <run folder>                  end of input: Claude ends after what it has
#   supervise.sh stop   <run folder> [seconds]        SIGTERM, and after so many seconds (5) SIGKILL for all of the run
#   supervise.sh state  <run folder>                  prints "running", "exited <code>", "gone", or "none" when it was never started
set -u
umask 077

# The 22nd field of /proc/<pid>/stat, the process's start time: a pid alone may belong to another process after a restart of the
# container. Nothing for a process that is gone or a zombie.
start_time() {
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  set -- ${stat##*) }
  [ "$1" != Z ] && [ "$1" != X ] && echo "${20}"
}

# alive <pid file>: true when that very process lives; sets $pid.
alive() {
  pid='' started=''
  { read -r pid started <"$1"; } 2>/dev/null || return 1
  [ -n "$started" ] && [ "$(start_time "$pid")" = "$started" ]
}

note_pid() {
  echo "$2 $(start_time "$2")" >"$1.new" && mv "$1.new" "$1"
}

start() {
  bytes=$1
  shift 2
  mkdir -p "${run%/*}" || exit 73
  first="$run.first.$$"
  trap 'rm -f "$first"' EXIT
  cat >"$first" || exit 74
  # Whoever asked was ended before all had come: nobody waits for this run.
  [ "$(wc -c <"$first")" -eq "$bytes" ] || exit 74
  # Whoever makes the folder owns the run: a second start of the same run changes nothing.
  mkdir "$run" 2>/dev/null && launch "$first" "$@"
  [ -d "$run" ] || exit 73
  begun || exit 70
}

launch() {
  mkfifo "$run/input" || exit 73
  mv "$1" "$run/first" || exit 74
  shift
  : >"$run/output"
  : >"$run/errors"
  detach=nohup
  command -v setsid >/dev/null 2>&1 && detach=setsid
  $detach sh "$0" inside "$run" "$@" </dev/null >/dev/null 2>&1 &
}

# Waits until there is a Claude, which could be stopped. Only a supervisor that was killed in its first moments never comes, or never
# gets that far.
begun() {
  tries=0
  while [ ! -e "$run/claude.pid" ] && [ ! -e "$run/exit" ]; do
    [ -e "$run/pid" ] && ! alive "$run/pid" && return
    tries=$((tries + 1))
    [ $tries -le 500 ] || return 1
    sleep 0.01
  done
}

inside() {
  # A handler, not "ignore": children would inherit that.
  trap : TERM INT HUP
  FLOTILLA_RUN=${run##*/}
  export FLOTILLA_RUN
  note_pid "$run/pid" $$
  # Open for reading and writing does not wait for the other side.
  exec 3<>"$run/input"
  "$@" <"$run/input" >>"$run/output" 2>>"$run/errors" 3>&- &
  claude=$!
  note_pid "$run/claude.pid" $claude
  # The holder gets its end before ours is closed: Claude must not see an end of input in between.
  exec 4>"$run/input"
  sleep 2147483647 3>&- </dev/null >/dev/null 2>&1 &
  holder=$!
  exec 3>&-
  note_pid "$run/holder.pid" $holder
  cat "$run/first" >&4 &
  first=$!
  exec 4>&-
  # What writes down the end is not of what `stop` ends.
  unset FLOTILLA_RUN
  code=0
  wait $claude || code=$?
  # A signal interrupts the wait; a zombie still counts as there.
  while kill -0 $claude 2>/dev/null; do
    code=0
    wait $claude || code=$?
  done
  # Whoever waits for a reader of the FIFO is let go.
  exec 3<>"$run/input"
  rm -f "$run/input"
  # By force, and below too: just forked, it would lose a signal that is trapped here.
  kill -KILL $holder $first 2>/dev/null
  printf '\n{"type":"flotilla_exit","code":%d}\n' $code >>"$run/output"
  rm -f "$run/first"
  echo $code >"$run/exit.new" && mv "$run/exit.new" "$run/exit"
}

send() {
  part="$run/part.$$"
  trap 'rm -f "$part"' EXIT
  cat >"$part" || exit 74
  # Half a message would spoil the next one too.
  [ "$(wc -c <"$part")" -eq "$1" ] || exit 74
  [ -p "$run/input" ] && alive "$run/claude.pid" || exit 69
  cat "$part" >"$run/input"
}

finish() {
  if alive "$run/holder.pid"; then kill -KILL "$pid" 2>/dev/null; fi
}

# Every process that carries the run's mark in its environment, except the supervisor and the shells of this script.
marked() {
  supervisor=''
  alive "$run/pid" && supervisor=$pid
  for folder in /proc/[0-9]*; do
    one=${folder#/proc/}
    [ "$one" = "$supervisor" ] && continue
    { tr '\0' '\n' <"$folder/environ"; } 2>/dev/null | grep -qx "FLOTILLA_RUN=${run##*/}" && echo "$one"
  done
}

stop() {
  seconds=${1:-5}
  if alive "$run/claude.pid"; then
    kill -TERM "$pid" 2>/dev/null
    left=$((seconds * 10))
    while [ $left -gt 0 ] && alive "$run/claude.pid"; do
      left=$((left - 1))
      sleep 0.1
    done
  fi
  for one in $(marked); do kill -KILL "$one" 2>/dev/null; done
  left=50
  while [ $left -gt 0 ] && alive "$run/pid"; do
    left=$((left - 1))
    sleep 0.02
  done
}

state() {
  if [ ! -d "$run" ]; then
    echo none
    return
  fi
  begun
  if [ -e "$run/exit" ]; then
    read -r code <"$run/exit"
    echo "exited $code"
  elif alive "$run/pid"; then
    echo running
  else
    echo gone
  fi
}

[ $# -ge 2 ] || exit 64
what=$1 run=$2
shift 2
case $what in
  start | inside | send | finish | stop | state) "$what" "$@" ;;
  *) exit 64 ;;
esac
