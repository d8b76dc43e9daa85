#!/bin/sh
# Tells what the Claude Code of the terminal does.
# Standard output: the records of run/hooks.jsonl that nobody has taken yet, as they come. Standard error: a line whenever something
# changes:
#   session <JSON>   Claude's own status file of a living Claude Code
#   status <JSON>    the newest status line record
#   ended <code>     the terminal's Claude Code has ended
# Standard input: lines with how many bytes of this script's standard output have been taken in; the next watcher goes on after them. Ends
# when standard input does: a watcher must not outlive its reader.
set -u
config=${CLAUDE_CONFIG_DIR:-/flotilla/claude}
run=$config/run
mkdir -p "$run"
[ -e "$run/hooks.jsonl" ] || : >>"$run/hooks.jsonl"

taken=0
{ read -r taken <"$run/hooks.taken"; } 2>/dev/null
case $taken in '' | *[!0-9]*) taken=0 ;; esac
size=$(($(wc -c <"$run/hooks.jsonl")))
if [ "$taken" -gt "$size" ]; then taken=0; fi
# What everybody has seen is not kept for ever.
if [ "$taken" -eq "$size" ] && [ "$size" -gt 16777216 ]; then
  : >"$run/hooks.jsonl"
  taken=0
fi
echo "$taken" >"$run/hooks.taken"

# Where the kernel does not tell tail of changes, on an overlay for example, it looks once a second: too seldom.
poll='-s 0.1'
tail $poll -c +1 /dev/null >/dev/null 2>&1 || poll=''
tail $poll -c "+$((taken + 1))" -f "$run/hooks.jsonl" 2>/dev/null &
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
    if first_line "$run/status.json" && [ "$line" != "$status" ]; then
      status=$line
      printf 'status %s\n' "$line" >&2
    fi
    line=''
    first_line "$run/tui/exit"
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
while read -r more; do
  case $more in
    '' | *[!0-9]*) ;;
    *) echo $((taken + more)) >"$run/hooks.taken.new" && mv "$run/hooks.taken.new" "$run/hooks.taken" ;;
  esac
done
