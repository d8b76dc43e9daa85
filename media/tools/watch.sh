#!/bin/sh
# watch.sh <offset>
# Standard output: run/hooks.jsonl from that byte on, as it grows. Standard error: a line whenever something changes:
#   session <JSON>   Claude's own status file of a living Claude Code
#   status <JSON>    the newest status line record
#   ended <code>     the terminal's Claude Code has ended
# Ends when standard input does: a watcher must not outlive its reader.
set -u
offset=$1
config=${CLAUDE_CONFIG_DIR:-/flotilla/claude}
mkdir -p "$config/run"
[ -e "$config/run/hooks.jsonl" ] || : >>"$config/run/hooks.jsonl"

tail -c "+$((offset + 1))" -f "$config/run/hooks.jsonl" 2>/dev/null &
tail=$!

# first_line <file>: its first line in $line, at most 64 KB, or nothing.
first_line() {
  line=''
  { IFS= read -r line <"$1"; } 2>/dev/null
  [ ${#line} -le 65536 ] || line=''
  [ -n "$line" ]
}

(
  sessions='' status='' ended=''
  while :; do
    found=''
    for file in "$config"/sessions/*.json; do
      pid=${file##*/}
      [ -d "/proc/${pid%.json}" ] && first_line "$file" || continue
      found="$found$line"
      case $sessions in *"$line"*) ;; *) printf 'session %s\n' "$line" >&2 ;; esac
    done
    sessions=$found
    if first_line "$config/run/status.json" && [ "$line" != "$status" ]; then
      status=$line
      printf 'status %s\n' "$line" >&2
    fi
    line=''
    first_line "$config/run/tui/exit"
    if [ "$line" != "$ended" ]; then
      ended=$line
      [ -n "$line" ] && printf 'ended %s\n' "$line" >&2
    fi
    sleep 0.25
  done
) &
loop=$!

trap 'kill $tail $loop 2>/dev/null' EXIT
trap 'exit 0' TERM INT HUP
while read -r _; do :; done
