#!/bin/sh
# follow.sh <run folder> <offset>
# Writes a run's output from that byte on to standard output as it grows. When the run is over, or its supervisor is gone, says so on
# standard error: "end <bytes of output> <exit code or ->". Ends when standard input does: a follower must not outlive its reader.
set -u
run=$1 offset=$2
sh=${0%/*}/supervise.sh

# Where the kernel does not tell tail of changes, on an overlay for example, it looks once a second: too seldom.
poll='-s 0.1'
tail $poll -c +1 /dev/null >/dev/null 2>&1 || poll=''
tail $poll -c "+$((offset + 1))" -f "$run/output" 2>/dev/null &
tail=$!

(
  while :; do
    state=$(sh "$sh" state "$run")
    [ "$state" = running ] || break
    # The usual end is the output's own last line; this is for a supervisor that was killed.
    sleep 1
  done
  code=${state#exited }
  case $code in gone | none) code=- ;; esac
  echo "end $(($(wc -c <"$run/output" 2>/dev/null || echo 0))) $code" >&2
) &
watcher=$!

trap 'kill $tail $watcher 2>/dev/null' EXIT
trap 'exit 0' TERM INT HUP
while read -r _; do :; done
