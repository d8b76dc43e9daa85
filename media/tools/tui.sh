#!/bin/sh
# Claude Code's own terminal interface in a private tmux, which keeps it when nobody is attached. State is in run/tui:
#   prompt         the first prompt          exit   the exit code, there once Claude has ended
#   begun.<name>   a folder for the newest start, with its exit code
#   pasted.<name>  text of that name is being entered; "taken" once Claude has it
#
#   tui.sh start <name> <bytes> <cols> <rows> <folder> -- <command …>   standard input: exactly so many bytes, the first prompt, or
#                                                   nothing. A start of a name that was there before changes nothing
#   tui.sh paste <name> <bytes>                     standard input: exactly so many bytes of text to enter as if typed, followed by
#                                                   Enter. What was entered under its name before is left out
#   tui.sh pasted <name>                            prints "taken", "entered" or "none"
#   tui.sh state [name]                             prints "running", "exited <code>" or "gone"; "none" for a name that was never started
#   tui.sh stop
# Exits 69 where there is no tmux, 74 when not all of the standard input came.
set -u
umask 077
run=${CLAUDE_CONFIG_DIR:-/flotilla/claude}/run/tui
tmux() { command tmux -u -L flotilla -f "${0%/*}/tmux.conf" "$@"; }

# take_in <file> <bytes>: standard input into a file. Of half of it nothing is left: whoever asked was ended meanwhile.
take_in() {
  mkdir -p "$run" || exit 73
  cat >"$1" || exit 74
  [ "$(wc -c <"$1")" -eq "$2" ] && return
  rm -f "$1"
  exit 74
}

start() {
  command -v tmux >/dev/null 2>&1 || exit 69
  name=$1 bytes=$2 cols=$3 rows=$4 folder=$5
  shift 6
  trap 'rm -f "$run/prompt.$$"' EXIT
  take_in "$run/prompt.$$" "$bytes"
  [ -d "$run/begun.$name" ] || [ "$(state)" != running ] || exit 75
  # Whoever makes the folder owns the start.
  if mkdir "$run/begun.$name" 2>/dev/null; then
    mv "$run/prompt.$$" "$run/prompt"
    launch "$@"
  fi
  [ -d "$run/begun.$name" ] || exit 73
}

launch() {
  rm -f "$run/exit" "$run"/pasted.*
  for old in "$run"/begun.*; do [ "$old" = "$run/begun.$name" ] || rm -rf "$old"; done
  tmux kill-server 2>/dev/null
  # A server lives with the environment it was started with. One that is still ending would take the new session down with it.
  tries=30
  until tmux new-session -d -s claude -x "$cols" -y "$rows" -c "$folder" sh "$0" inside "$name" "$@"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || exit 70
    sleep 0.1
  done
}

inside() {
  # A handler, not "ignore": Claude would inherit that.
  trap : TERM INT HUP
  begun="$run/begun.$1"
  shift
  code=0
  if [ -s "$run/prompt" ]; then
    "$@" -- "$(cat "$run/prompt")" || code=$?
  else
    "$@" || code=$?
  fi
  echo "$code" >"$begun/exit.new" && mv "$begun/exit.new" "$begun/exit"
  echo "$code" >"$run/exit.new" && mv "$run/exit.new" "$run/exit"
}

# How many prompts Claude has taken up: a hook tells of each.
taken() { grep -c '"hook_event_name":"UserPromptSubmit"' "${run%/*}/hooks.jsonl" 2>/dev/null; }

paste() {
  text="$run/paste.$$" mark="$run/pasted.$1"
  trap 'rm -f "$text"' EXIT
  take_in "$text" "$2"
  case $(pane) in 0\ *) ;; *) exit 69 ;; esac
  # Whoever makes the mark enters the text.
  (set -C && : >"$mark") 2>/dev/null || return 0
  if enter; then echo taken >"$mark"; fi
}

# Enters the text; true when Claude has it.
enter() {
  tmux load-buffer -b flotilla "$text" || exit 69
  first=$(head -c 1 "$text")
  before=$(taken)
  tmux paste-buffer -p -d -b flotilla -t claude: || exit 69
  # Enter that comes with the text would be taken for a part of it; on a busy machine it may still be, and then comes again.
  sleep 0.3
  tries=4
  while [ $tries -gt 0 ]; do
    tries=$((tries - 1))
    tmux send-keys -t claude: Enter
    # Commands fire no hook, and Enter may be an answer to what they ask.
    case $first in / | '!' | '#') return 0 ;; esac
    left=20
    while [ $left -gt 0 ]; do
      left=$((left - 1))
      [ "$(taken)" = "$before" ] || return 0
      sleep 0.1
    done
  done
  return 1
}

pasted() {
  said=none
  [ -e "$run/pasted.$1" ] && said=entered
  { read -r said <"$run/pasted.$1"; } 2>/dev/null
  echo "${said:-entered}"
}

pane() { tmux list-panes -t claude: -F '#{pane_dead} #{pane_pid}' 2>/dev/null; }

state() {
  place=$run
  if [ $# -gt 0 ]; then
    place="$run/begun.$1"
    if [ ! -d "$place" ]; then
      echo none
      return
    fi
    # It may be on its way.
    left=50
    while [ $left -gt 0 ] && [ ! -e "$place/exit" ] && [ -z "$(pane)" ]; do
      left=$((left - 1))
      sleep 0.1
    done
  fi
  if [ -e "$place/exit" ]; then
    read -r code <"$place/exit"
    echo "exited $code"
    return
  fi
  case $(pane) in
    0\ *) echo running ;;
    *) echo gone ;;
  esac
}

stop() {
  case $(pane) in
    0\ *) group=$(pane) && group=${group#0 } ;;
    *) group='' ;;
  esac
  if [ -n "$group" ]; then
    kill -TERM "-$group" 2>/dev/null
    left=50
    while [ $left -gt 0 ] && [ ! -e "$run/exit" ]; do
      left=$((left - 1))
      sleep 0.1
    done
    kill -KILL "-$group" 2>/dev/null
  fi
  tmux kill-server 2>/dev/null
  [ -e "$run/exit" ] || { [ -n "$group" ] && echo 137 >"$run/exit"; }
  return 0
}

[ $# -ge 1 ] || exit 64
what=$1
shift
case $what in
  start | inside | paste | pasted | state | stop) "$what" "$@" ;;
  *) exit 64 ;;
esac
