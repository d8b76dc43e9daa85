#!/bin/sh
# Tells checkpoint.sh of the tags of a workspace that hold commits which no branch has, nor any remote:
#   sh checkpoint-tags.sh <workspace> <state folder> <its git folder> <the one that all work trees share>
# Those that the workspace was filled with are left out, as fill.sh has noted them, and those of trees and files. Answers:
#   ref <object> refs/tags/<name>   the tag's own object, with message and signature, where it has one, else the commit
#   left tag <name>                 its name or the number of tags keeps it from being told above
[ $# -eq 4 ] || exit 64
. "${0%/*}/checkpoint-common.sh"
workspace=$1 state=$2 gitdir=$3 common=$4
most_told=50 most_seen=100
cd "$workspace"
# Those of a repository that the workspace is a linked work tree of are no work of the session.
[ "$gitdir" = "$common" ] || exit 0

all=$state/tags new=$state/new-tags filled=$common/flotilla-tags
[ -f "$filled" ] || filled=/dev/null
git for-each-ref --format='%(objectname) %(refname:lstrip=2)' refs/tags | sort >"$all"
comm -23 "$all" "$filled" >"$new"

lacking() { # do these objects, one a line, hold commits that are nowhere else?
  lone=$(git rev-list --max-count=1 --stdin --not --branches --remotes -- 2>/dev/null) || return 0
  [ -n "$lone" ]
}
is_lone() { # is_lone <object>
  type=$(printf '%s^{commit}\n' "$1" | git cat-file --batch-check='%(objecttype)' 2>/dev/null) || return 1
  [ "$type" = commit ] && printf '%s\n' "$1" | lacking
}
objects() { cut -d ' ' -f 1 "$new"; }

if [ -s "$new" ] && objects | lacking; then
  told=0
  head -n $most_seen "$new" | while read -r object name; do
    is_lone "$object" || continue
    told=$((told + 1))
    case $name in *[!!-~]* | -* | HEAD | @) name_is=odd ;; *) name_is=plain ;; esac
    if [ $told -gt $most_told ] || [ ${#name} -gt 200 ] || [ $name_is = odd ]; then printf 'left tag %s\n' "$name"; fi
    [ $told -gt $most_told ] || printf 'ref %s refs/tags/%s\n' "$object" "$name"
  done
  ! objects | tail -n +$((most_seen + 1)) | lacking || echo 'left tags beyond the first hundred'
fi
rm -f "$all" "$new"
