#!/bin/sh
# First half of filling a workspace whose host can't mount the mirror: sh fetch.sh <workspace> <base commit>
# Standard input and output are git's own protocol, with an upload-pack of the host at the other end. fill.sh comes after it.
set -eu
umask 022
[ $# -eq 2 ] || exit 64
workspace=$1 base=$2
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY
export GIT_TERMINAL_PROMPT=0 LC_ALL=C

mkdir -p "$workspace"
cd "$workspace"
mark=.git/flotilla-filling
# Begun, and not even marked.
[ ! -d .git ] || rmdir .git 2>/dev/null || :
if [ ! -e "$mark" ] && [ "$(ls -A)" != '' ]; then
  echo "flotilla: $workspace is not empty" >&2
  exit 65
fi
mkdir -p .git
: >"$mark"
rm -rf .git/*.lock .git/refs .git/packed-refs .git/HEAD .git/config .git/config.* .git/*.new .git/t??????
# The helper that joins git to these streams has its own 0 and 1.
exec 3<&0 4>&1 </dev/null >/dev/null
git init -q --template= .
git -c protocol.fd.allow=always -c protocol.version=0 -c gc.auto=0 -c maintenance.auto=false fetch -q --no-tags --no-write-fetch-head \
  fd::3,4 "$base:refs/flotilla/base" '+refs/remotes/origin/*:refs/remotes/origin/*' '+refs/tags/*:refs/tags/*'
