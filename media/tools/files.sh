# Reads and changes files of a workspace, for faces that show and edit them:
#   sh files.sh <workspace> stat|list|links|read|write|delete|rename|make <arguments>
# Paths are relative to the workspace. Whatever a path leads to by symbolic links must lie inside of it. What it answers:
#   stat <path>...            one line each: <link 0|1> <mode in hexadecimal> <size> <seconds> <date>; "-" for what is not there,
#                             mode 0 for a link that leads nowhere or outside
#   list <path>               <mode> <size> <seconds> <date> ./<name>/ for each entry, "//", then the same for what links lead to. No name
#                             holds a "/", so whatever else is in a name, it ends there
#   read <path> <most>        a line as of stat, then the file
#   write <path> <upload> <offset> <length> <last 0|1> <create 0|1> <overwrite 0|1>
#                             the bytes come on standard input; with the last ones the file changes, and a line as of stat follows
#   delete <path> <recursive 0|1> · rename <from> <to> <overwrite 0|1> · make <path>
# Exit codes: see the names below. Only what coreutils and busybox both have is used.
set -u
export LC_ALL=C TZ=UTC
unset CDPATH
missing=41 exists=42 is_folder=43 no_folder=44 denied=45 outside=46 too_long=47 not_empty=48 special=49 cut=50 no_room=51
into_itself=52 upload_lost=53 repository=54

# What a command prints, whatever line ends it ends with: the x keeps the shell from dropping them.
physical() {
  real=$(cd -P "$1" 2>/dev/null && pwd -P && printf x) || return 1
  real=${real%?x}
}
is_inside() {
  case $1/ in "$root"/*) ;; *) return 1 ;; esac
}
there() { [ -e "$1" ] || [ -L "$1" ]; }

# Sets place: the entry itself, in the folder that really holds it.
locate() {
  if [ -z "$1" ]; then
    place=$root
    return
  fi
  case $1 in */*) parent=$root/${1%/*} ;; *) parent=$root ;; esac
  if [ ! -d "$parent" ]; then
    there "$parent" && return $no_folder
    return $missing
  fi
  physical "$parent" || return $denied
  is_inside "$real" || return $outside
  place=$real/${1##*/}
}
# As locate, and then to where a link leads.
follow() {
  locate "$1" || return
  [ -L "$place" ] || return 0
  real=$(readlink -f "$place" && printf x) || return $missing
  real=${real%?x}
  is_inside "$real" || return $outside
  place=$real
}
tell() { stat -c "$1 %f %s %Y %y" "$2"; }
writable() {
  [ -w "${place%/*}" ] && [ -x "${place%/*}" ] || exit $denied
}
# The session's commits are in there: it goes with the session, not by a slip in an editor.
not_repository() { [ "$1" != "$root/.git" ] || exit $repository; }

stat_all() {
  for path; do
    if ! locate "$path" || ! there "$place"; then
      echo -
    elif [ ! -L "$place" ]; then
      tell 0 "$place" 2>/dev/null || echo -
    else
      { follow "$path" && tell 1 "$place" 2>/dev/null; } || echo '1 0 0 0 -'
    fi
  done
}
list() {
  follow "$1" || exit
  [ -d "$place" ] || { there "$place" && exit $no_folder || exit $missing; }
  [ -r "$place" ] && cd "$place" 2>/dev/null || exit $denied
  find . -mindepth 1 -maxdepth 1 -exec stat -c '%f %s %Y %y %n/' {} + 2>/dev/null
  printf '//\n'
  find . -mindepth 1 -maxdepth 1 -type l -exec sh "$script" "$root" links {} + 2>/dev/null
  # What vanished meanwhile, and links that lead nowhere, are no failure of the list.
  return 0
}
# Of links in the current folder.
links() {
  for link; do
    real=$(readlink -f "$link" && printf x) || continue
    is_inside "${real%?x}" && stat -L -c '%f %s %Y %y %n/' "$link" 2>/dev/null
  done
  return 0
}
read_file() {
  follow "$1" || exit
  there "$place" || exit $missing
  [ ! -d "$place" ] || exit $is_folder
  [ -f "$place" ] || exit $special
  [ -r "$place" ] || exit $denied
  [ "$(stat -c %s "$place")" -le "$2" ] || exit $too_long
  tell 0 "$place" || exit $denied
  exec head -c "$2" "$place"
}
write_file() {
  upload=$2 offset=$3 length=$4 last=$5 create=$6 overwrite=$7
  follow "$1" || exit
  [ ! -d "$place" ] || exit $is_folder
  if there "$place"; then
    [ "$overwrite" = 1 ] || exit $exists
    [ -f "$place" ] || exit $special
    [ -w "$place" ] || exit $denied
  else
    [ "$create" = 1 ] || exit $missing
  fi
  writable
  # Beside the file a checkpoint would find it.
  folder=${place%/*}
  if [ -d "$root/.git" ] && mkdir -p "$root/.git/flotilla-uploads" 2>/dev/null; then folder=$root/.git/flotilla-uploads; fi
  find "$folder" -maxdepth 1 -name '.flotilla-upload-*' -mmin +60 -exec rm -f {} + 2>/dev/null
  new=$folder/.flotilla-upload-$upload
  if [ "$offset" = 0 ]; then : >"$new" || exit $no_room; fi
  [ "$(stat -c %s "$new" 2>/dev/null)" = "$offset" ] || { rm -f "$new"; exit $upload_lost; }
  cat >>"$new" || { rm -f "$new"; exit $no_room; }
  [ "$(stat -c %s "$new")" = $((offset + length)) ] || { rm -f "$new"; exit $cut; }
  [ "$last" = 1 ] || return 0
  if [ -f "$place" ]; then chmod "$(stat -c %a "$place")" "$new"; fi
  mv -f "$new" "$place" || { rm -f "$new"; exit $no_room; }
  tell 0 "$place"
}
delete() {
  locate "$1" || exit
  not_repository "$place"
  there "$place" || exit $missing
  writable
  if [ ! -d "$place" ] || [ -L "$place" ]; then
    rm -f "$place" || exit $denied
  elif [ "$2" = 1 ]; then
    rm -rf "$place" || exit $denied
  else
    rmdir "$place" 2>/dev/null || { [ -d "$place" ] && exit $not_empty; }
  fi
}
rename() {
  locate "$1" || exit
  not_repository "$place"
  there "$place" || exit $missing
  writable
  from=$place
  locate "$2" || exit
  not_repository "$place"
  writable
  [ "$from" != "$place" ] || return 0
  if [ ! -L "$from" ]; then case $place/ in "$from"/*) exit $into_itself ;; esac; fi
  if there "$place"; then
    [ "$3" = 1 ] || exit $exists
    if [ -d "$place" ] && [ ! -L "$place" ]; then
      [ -d "$from" ] && [ ! -L "$from" ] || exit $is_folder
      rmdir "$place" 2>/dev/null || exit $not_empty
    elif [ -d "$from" ] && [ ! -L "$from" ]; then
      exit $no_folder
    else
      # Otherwise a link to a folder would be moved into.
      rm -f "$place" || exit $denied
    fi
  fi
  mv -f "$from" "$place" || exit $denied
}
make() {
  locate "$1" || exit
  ! there "$place" || exit $exists
  writable
  mkdir "$place" || exit $denied
}

script=$0
physical "$1" || exit $missing
root=$real
verb=$2
shift 2
case $verb in
stat) stat_all "$@" ;;
list) list "$@" ;;
links) links "$@" ;;
read) read_file "$@" ;;
write) write_file "$@" ;;
delete) delete "$@" ;;
rename) rename "$@" ;;
make) make "$@" ;;
*) exit 64 ;;
esac
