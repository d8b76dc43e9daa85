# What checkpoint.sh, checkpoint-worktrees.sh and checkpoint-tags.sh share; read in by them.
. "${0%/*}/locks.sh"
set -eu
umask 077
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_COMMON_DIR CDPATH
export GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0 GIT_LITERAL_PATHSPECS=1 LC_ALL=C
export GIT_AUTHOR_NAME=Flotilla GIT_AUTHOR_EMAIL=flotilla@localhost
export GIT_COMMITTER_NAME=Flotilla GIT_COMMITTER_EMAIL=flotilla@localhost

run() {
  git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.splitIndex=false -c core.safecrlf=false -c core.quotePath=true \
    -c gc.auto=0 -c maintenance.auto=false -c advice.addEmbeddedRepo=false -c submodule.recurse=false -c color.ui=false "$@"
}
with() { # with <index> <git arguments>
  index=$1
  shift
  GIT_INDEX_FILE=$index run "$@"
}
look() { # sets gitdir, common (the git folder that all work trees share), head and branch of the current folder
  gitdir=$(git rev-parse --absolute-git-dir)
  common=$(git rev-parse --git-common-dir)
  common=$(cd "$common" && pwd -P)
  head=$(git rev-parse --verify -q 'HEAD^{commit}' || true)
  branch=$(git symbolic-ref -q --short HEAD || true)
}

# Forgets the refs that are named on standard input as `git update-ref --stdin` has it. While somebody has the refs locked they stay,
# until the next checkpoint. $doubt is there while a git that was killed at this may have left that lock.
forget_refs() {
  : >"$doubt"
  ! run -c core.packedRefsTimeout=0 update-ref --stdin 2>/dev/null || rm -f "$doubt"
}
settle_doubt() {
  [ -e "$doubt" ] || return 0
  ! free_packed_refs "$common" "$(pwd -P)" || rm -f "$doubt"
}

place_of() { # place_of <folder of the repository>: sets place, the linked work tree that it describes; empty when there is none
  place=
  [ ! -s "$1/gitdir" ] || IFS= read -r place <"$1/gitdir" || :
  place=${place%/.git}
  case $place in '' | /*) ;; *) place=$1/$place ;; esac
  place=$(cd "$place" 2>/dev/null && pwd -P) || place=
}
unquoted() { # sets path: the name that git has quoted, perhaps
  path=$1
  case $path in
  '"'*)
    path=${path#?}
    path=$(printf '%s' "${path%?}" | sed -e 's/%/%%/g' -e 's/\\"/"/g')
    path=$(printf "x${path}x")
    path=${path#x}
    path=${path%x}
    ;;
  esac
}
is_linked() { # is_linked <path as git quotes it>: a linked work tree of this repository, which is looked at by itself
  unquoted "${1%/}"
  [ -f "./$path/.git" ] || return 1
  inner=$(git -C "./$path" rev-parse --absolute-git-dir 2>/dev/null) || return 1
  case $inner in "$common"/worktrees/*) ;; *) return 1 ;; esac
  place_of "$inner"
  [ -n "$place" ] && [ "$place" = "$(cd "./$path" && pwd -P)" ]
}
tell_nested() { # tells of the repositories on standard input, but for linked work trees
  while IFS= read -r one; do
    is_linked "$one" || printf 'nested %s%s\n' "$within" "${one%/}"
  done
}

holds_work() { # holds_work <path as git quotes it>: may this repository, whose commit alone is tracked, hold what its remotes lack?
  unquoted "$1"
  [ -e "./$path/.git" ] || return 1
  stashed=$(git -C "./$path" rev-parse -q --verify refs/stash || true)
  changes=$(run -C "./$path" status --porcelain --untracked-files=normal 2>/dev/null | head -n 1) || return 0
  lone=$(git -C "./$path" rev-list --max-count=1 HEAD $stashed --branches --not --remotes --tags -- 2>/dev/null) || return 0
  [ -n "$changes$lone" ]
}

# Sets index_tree, work_tree and untracked_tree of the current folder, after `look`, with indexes of its own in $state; tells of what
# they lack, with $within before each path.
# Copies keep the time of their original (cp -p): git reads a file again when it is no older than the index, and a copy that
# looks newer would hide a change of the same size made within the same tick of the clock.
trees() {
  all=$state/all worktree=$state/worktree untracked=$state/untracked added=$state/added
  rm -f "$state"/*.lock "$worktree" "$untracked"
  empty_tree=$(git mktree </dev/null)

  # The index. One with conflicts has no tree; HEAD's stands for it, and the files with their conflict marks are in the work tree's.
  if [ -e "$gitdir/index" ]; then cp -p "$gitdir/index" "$worktree"; else with "$worktree" read-tree --empty; fi
  if ! index_tree=$(with "$worktree" write-tree 2>/dev/null); then
    if [ -n "$head" ]; then index_tree=$(git rev-parse "$head^{tree}"); else index_tree=$empty_tree; fi
  fi

  # The work tree: tracked files as they are on disk.
  with "$worktree" add --update --ignore-errors -- . 2>/dev/null || true
  work_tree=$(with "$worktree" write-tree)
  with "$worktree" ls-files --stage | sed -n 's/^160000 [0-9a-f]* [0-3]	//p' | head -n 100 | while IFS= read -r one; do
    ! holds_work "$one" || printf '%s\n' "$one" | tell_nested
  done

  # Everything that is not ignored, minus what is tracked: the untracked files.
  [ -e "$all" ] || cp -p "$worktree" "$all"
  with "$all" add --all --ignore-errors -- . 2>/dev/null || {
    # An index that a crash left unreadable is made anew.
    with "$all" ls-files --stage >/dev/null 2>&1 || { cp -p "$worktree" "$all"; with "$all" add --all --ignore-errors -- . 2>/dev/null || true; }
  }
  with "$all" ls-files -z --cached --ignored --exclude-standard | with "$all" update-index -z --force-remove --stdin
  with "$all" diff-index --cached --raw --no-abbrev --no-renames --diff-filter=A "$work_tree" >"$added"
  sed -n 's/^:000000 160000 [0-9a-f]* [0-9a-f]* A	//p' "$added" | head -n 200 | tell_nested
  sed -n -e '/^:000000 160000 /d' -e 's/^:000000 \([0-7]*\) [0-9a-f]* \([0-9a-f]*\) A	/\1 \2	/p' "$added" |
    with "$untracked" update-index --add --index-info
  with "$all" ls-files --others --exclude-standard --directory --no-empty-directory | head -n 200 | while IFS= read -r one; do
    unquoted "$one"
    case $path in
    */) inner=$(with "$all" ls-files --others --exclude-standard -- "${path%/}" | sed -n '/\/"\{0,1\}$/p' | head -n 100) ;;
    *) inner= ;;
    esac
    if [ -n "$inner" ]; then printf '%s\n' "$inner" | tell_nested; else printf 'unsaved %s%s\n' "$within" "$one"; fi
  done
  untracked_tree=$(with "$untracked" write-tree)
  rm -f "$worktree" "$untracked" "$added"
}

commit_trees() { # commit_trees <title>: sets commit: shaped like a stash, of what `trees` has set
  base=$head title=$1
  [ -n "$base" ] || base=$(echo 'Nothing committed yet' | run commit-tree "$empty_tree")
  index_commit=$(echo "index on ${branch:-(no branch)}" | run commit-tree -p "$base" "$index_tree")
  set -- -p "$base" -p "$index_commit"
  if [ "$untracked_tree" != "$empty_tree" ]; then
    set -- "$@" -p "$(echo "untracked files on ${branch:-(no branch)}" | run commit-tree "$untracked_tree")"
  fi
  commit=$(echo "$title on ${branch:-(no branch)}" | run commit-tree "$@" "$work_tree")
}
