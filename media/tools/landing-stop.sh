# The stops of landing.sh, which reads this in: what a conflict is, what of it is open, and how it is settled.
# A stop's files in the state folder: stop (commit, number, of how many, HEAD), unmerged (the entries), names, marked, index and files/<n> as they
# were; open, withMarkers and changed as they were when it was last looked at.
most_lines=20000

# A stop is kept as git left it: Claude or a person may stage files, and it must be possible to put a conflict back.
save_stop() {
  commit=$(git rev-parse --verify -q REBASE_HEAD || cat "$A/rebase-merge/stopped-sha")
  where
  git ls-files -u >"$S/unmerged"
  cut -f2- "$S/unmerged" | sort -u >"$S/names"
  cp -p "$A/index" "$S/index"
  rm -rf "$S/files"
  mkdir "$S/files"
  : >"$S/marked"
  number=0
  while IFS= read -r name; do
    number=$((number + 1))
    raw "$name"
    if [ -f "$raw" ] || [ -L "$raw" ]; then cp -pP "./$raw" "$S/files/$number"; fi
    if has_marks "$name"; then printf '%s\n' "$name" >>"$S/marked"; fi
  done <"$S/names"
  printf '%s %s %s %s\n' "$commit" "$n" "$of" "$(git rev-parse HEAD)" >"$S/stop.new"
  mv "$S/stop.new" "$S/stop"
}
count_marks() { grep -a -c -E '^(<{7,}|[|]{7,}|>{7,}) ' || :; }
has_marks() { # has_marks <name>: are there more conflict marks in the file than in either side of it?
  raw "$1"
  [ -f "./$raw" ] && [ ! -L "./$raw" ] || return 1
  marks=$(count_marks <"./$raw")
  [ "$marks" -gt 0 ] || return 1
  while IFS= read -r entry; do
    [ "${entry#*"$tab"}" = "$1" ] || continue
    entry=${entry%%"$tab"*}
    case $entry in 160000* | *1) continue ;; esac
    object=${entry#* }
    [ "$marks" -gt "$(git cat-file blob "${object% *}" | count_marks)" ] || return 1
  done <"$S/unmerged"
}
open_names() { # the names that nobody has resolved, into $S/open; those with marks into $S/withMarkers
  git ls-files -u | cut -f2- | sort -u >"$S/unmerged.now"
  : >"$S/open"
  : >"$S/withMarkers"
  while IFS= read -r name; do
    if has_marks "$name"; then
      printf '%s\n' "$name" >>"$S/withMarkers"
      printf '%s\n' "$name" >>"$S/open"
    elif grep -q -F -x -e "$name" "$S/unmerged.now"; then
      raw "$name"
      # Where there were marks, taking them out is resolving; elsewhere only saying so is.
      grep -q -F -x -e "$name" "$S/marked" && [ -f "./$raw" ] && [ ! -L "./$raw" ] || printf '%s\n' "$name" >>"$S/open"
    fi
  done <"$S/names"
}
changed_names() { # files that are not as they were at the stop, beyond the conflicts, into $S/changed
  look=$S/look
  rm -f "$look.lock"
  cp -p "$S/index" "$look"
  GIT_INDEX_FILE=$look in_landing update-index -q --refresh >/dev/null 2>&1 || :
  {
    GIT_INDEX_FILE=$look in_landing diff-files --name-only --ignore-submodules=all
    GIT_INDEX_FILE=$look in_landing ls-files --others --exclude-standard
    { GIT_INDEX_FILE=$S/index git ls-files -s; git ls-files -s; } | sort | uniq -u | cut -f2-
  } | sort -u | comm -23 - "$S/names" >"$S/changed"
  rm -f "$look"
}
prefixed() { sed -e "s/^/$1 /" "$2" | head -n $most_lines; }
look_at_stop() {
  cd "$L"
  open_names
  changed_names
  tell_stop
}
tell_stop() {
  read -r commit n of base <"$S/stop"
  printf 'stopped %s %s %s %s\n' "$commit" "$n" "$of" "$(git log -1 --no-show-signature --format=%s "$commit" | head -c 500)"
  sed -e 's/^\([0-7]* [0-9a-f]* [0-3]\)	/unmerged \1 /' "$S/unmerged" | head -n $most_lines
  for list in marked open withMarkers changed; do
    [ ! -s "$S/$list" ] || prefixed $list "$S/$list"
  done
}

# The entries of a list whose names were asked for.
selected() {
  while IFS= read -r entry; do
    case $wanted in *"$nl${entry#*"$tab"}$nl"*) printf '%s\n' "$entry" ;; esac
  done <"$1"
}
names_of() { cut -f2- "$1" | sort -u; }
take() {
  how=$1
  at_stop
  wanted=$nl$(cat)$nl
  entries=$S/take
  if [ "$how" = stop ]; then GIT_INDEX_FILE=$S/index git ls-files -s >"$S/all"; else cp "$S/unmerged" "$S/all"; fi
  selected "$S/all" >"$entries"
  # An entry of stage 0 takes the place of all others, and 0 as a mode removes them.
  { sed -e 's/^[0-7]* \([0-9a-f]*\) [0-3]	/0 \1	/' "$entries" | sort -u; } >"$S/removals"
  case $how in
  ours | theirs | delete)
    case $how in ours) stage=2 ;; theirs) stage=3 ;; delete) stage=9 ;; esac
    sed -n "s/^\([0-7]* [0-9a-f]*\) $stage	/\1	/p" "$entries" >"$S/chosen"
    settle
    ;;
  keep) names_of "$entries" | in_landing update-index --ignore-skip-worktree-entries --add --remove --replace --stdin ;;
  stop)
    names_of "$entries" | comm -23 - "$S/names" >"$S/kept"
    printf '%s' "$wanted" | sed -e '/^$/d' | sort -u | comm -23 - "$S/names" | comm -23 - "$S/kept" >"$S/added"
    git update-index --force-remove --stdin <"$S/added"
    sed -e "s/^/100644 $(git hash-object --stdin </dev/null)	/" "$S/added" | remove_files "$S/scratch"
    sed -e 's/ 0	/	/' "$entries" | git update-index --index-info
    git checkout-index -f -q -u --stdin <"$S/kept"
    ;;
  conflict) put_back ;;
  *) exit $wrong_use ;;
  esac
}
settle() { # gives the selected names the chosen entries, or none, in the index and on disk
  names_of "$S/chosen" >"$S/kept"
  sed -e 's/^[0-7]* \([0-9a-f]*\) [0-3]	/100644 \1	/' "$entries" | sort -u -t "$tab" -k 2 >"$S/gone"
  while IFS= read -r entry; do
    grep -q -F -x -e "${entry#*"$tab"}" "$S/kept" || printf '%s\n' "$entry"
  done <"$S/gone" | remove_files "$S/scratch"
  cat "$S/removals" "$S/chosen" | git update-index --index-info
  git checkout-index -f -q -u --stdin <"$S/kept"
}
put_back() {
  top=$(pwd -P)
  cat "$S/removals" "$entries" | git update-index --index-info
  number=0
  while IFS= read -r name; do
    number=$((number + 1))
    case $wanted in *"$nl$name$nl"*) ;; *) continue ;; esac
    raw "$name"
    case $raw in
    */*)
      mkdir -p "./${raw%/*}"
      parent=$(cd -P "./${raw%/*}" && pwd -P)
      case $parent/ in "$top"/*) ;; *) refuse $failed "a link leads out of the work tree: $name" ;; esac
      ;;
    esac
    rm -rf "./$raw"
    [ -e "$S/files/$number" ] || [ -L "$S/files/$number" ] || continue
    cp -pP "$S/files/$number" "./$raw"
  done <"$S/names"
}
