#!/bin/sh
# Runs a command for only as long as somebody attends it: sh attend.sh <bytes> <seconds> <command …>
# Standard input: exactly so many bytes for the command, then nothing. When it ends, whoever asked is gone: the command and all that it
# started are ended, politely and after two seconds by force. So after so many seconds.
# Exit codes: the command's; 74 the bytes did not come, 75 nobody attends any more, 124 it took too long.
set -u
umask 077
[ $# -ge 3 ] || exit 64
# Begun anew with a mark: what is forked carries it from its first moment, and can be found however early that is.
case ${FLOTILLA_ATTENDED:-} in
$$-*) ;;
*)
  FLOTILLA_ATTENDED=$$-$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
  export FLOTILLA_ATTENDED
  exec sh "$0" "$@"
  ;;
esac
bytes=$1 seconds=$2
shift 2

input=$(mktemp "${TMPDIR:-/tmp}/flotilla.XXXXXX") || exit 73
head -c "$bytes" >"$input"
exec 3<&0 4<"$input"
size=$(($(wc -c <"$input")))
rm -f "$input"
[ "$size" -eq "$bytes" ] || exit 74

ended=''
trap 'ended=${ended:-75}' TERM INT HUP
trap 'ended=${ended:-124}' ALRM

"$@" <&4 3<&- 4<&- &
command=$!
exec 4<&-
# Told again and again: a signal that comes just before the wait would be missed.
{ cat <&3; while kill -TERM $$; do sleep 1; done; } >/dev/null 2>&1 &
reader=$!
{ sleep "$seconds"; while kill -ALRM $$; do sleep 1; done; } >/dev/null 2>&1 3<&- &
clock=$!

code=''
while [ -z "$ended" ] && [ -z "$code" ]; do
  status=0
  wait $command || status=$?
  # A signal interrupts the wait.
  kill -0 $command 2>/dev/null || code=$status
done
# By force: a subshell that has just been forked loses what this script would trap.
kill -KILL $reader $clock 2>/dev/null
if [ -n "$ended" ]; then
  code=$ended
  kill -TERM $command 2>/dev/null
  left=20
  while [ $left -gt 0 ] && kill -0 $command 2>/dev/null; do
    left=$((left - 1))
    sleep 0.1
  done
fi
# Whatever carries the mark: what the command left behind, and what the reader and the clock waited with. Until none is seen: one that just
# becomes another program shows nothing for a moment.
left=20 found=1
while [ -n "$found" ] && [ $left -gt 0 ]; do
  left=$((left - 1)) found=''
  for one in $(grep -lsF "FLOTILLA_ATTENDED=$FLOTILLA_ATTENDED" /proc/[0-9]*/environ); do
    one=${one#/proc/}
    one=${one%/environ}
    [ "$one" != $$ ] && kill -KILL "$one" 2>/dev/null && found=1
  done
done
exit "$code"
