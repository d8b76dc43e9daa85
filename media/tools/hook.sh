#!/bin/sh
# Records one hook call of Claude Code as a line of run/hooks.jsonl: one write a line, so that lines of hooks that run at the same time
# never mix, and at most 64 KB. Says nothing and never fails: a hook that fails would disturb Claude.
file=${CLAUDE_CONFIG_DIR:-/flotilla/claude}/run/hooks.jsonl
{
  # The rest must be read as well: Claude would get a broken pipe.
  record=$(head -c 65000; cat >/dev/null)
  printf '%s\n' "$record" | dd of="$file" oflag=append conv=notrunc bs=128k iflag=fullblock
} >/dev/null 2>&1
exit 0
