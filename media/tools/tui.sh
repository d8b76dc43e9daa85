#!/bin/sh
# Claude Code's own terminal interface in a private tmux, which keeps it when nobody is attached. State is in run/tui:
#   prompt   the first prompt          exit   the exit code, there once Claude has ended
#
#   tui.sh start <cols> <rows> <folder> -- <command …>   standard input: the first prompt, or nothing
#   tui.sh paste                                          standard input: text to enter as if typed, followed by Enter
#   tui.sh state                                          prints "running", "exited <code>" or "gone"
#   tui.sh stop
# Exits 69 where there is no tmux.
set -u
umask 077
run=${CLAUDE_CONFIG_DIR:-/flotilla/claude}/run/tui
tmux() { command tmux -u -L flotilla -f "${0%/*}/tmux.conf" "$@"; }

start() {
  command -v tmux >/dev/null 2>&1 || exit 69
  [ "$(state)" = running ] && exit 75
  cols=$1 rows=$2 folder=$3
  shift 4
  mkdir -p "$run" || exit 73
  rm -f "$run/exit"
  cat >"$run/prompt" || exit 74
  tmux kill-server 2>/dev/null
  # A server lives with the environment it was started with. One that is still ending would take the new session down with it.
  tries=30
  until tmux new-session -d -s claude -x "$cols" -y "$rows" -c "$folder" sh "$0" inside "$@"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || exit 70
    sleep 0.1
  done
}

inside() {
  # A handler, not "ignore": Claude would inherit that.
  trap : TERM INT HUP
  code=0
  if [ -s "$run/prompt" ]; then
    "$@" -- "$(cat "$run/prompt")" || code=$?
  else
    "$@" || code=$?
  fi
  echo "$code" >"$run/exit.new" && mv "$run/exit.new" "$run/exit"
}

# How many prompts Claude has taken up: a hook tells of each.
taken() { grep -c '"hook_event_name":"UserPromptSubmit"' "${run%/*}/hooks.jsonl" 2>/dev/null; }

paste() {
  tmux load-buffer -b flotilla - || exit 69
  first=$(tmux show-buffer -b flotilla | head -c 1)
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
}

pane() { tmux list-panes -t claude: -F '#{pane_dead} #{pane_pid}' 2>/dev/null; }

state() {
  if [ -e "$run/exit" ]; then
    read -r code <"$run/exit"
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
  start | inside | paste | state | stop) "$what" "$@" ;;
  *) exit 64 ;;
esac
