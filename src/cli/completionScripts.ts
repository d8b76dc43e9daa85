export const shells = ['bash', 'zsh', 'fish'] as const;

// Each script asks `flotilla __complete` with the words so far. A line is a value, a tab and a description; `:files` and `:folders` hand
// over to the shell. Values with characters that mean something to a shell are not offered, so nothing needs quoting.
const bash = String.raw`_flotilla() {
  local current=$2 line value i
  local -a words=()
  for ((i = 1; i < COMP_CWORD; i++)); do words+=("${'$'}{COMP_WORDS[i]}"); done
  COMPREPLY=()
  while IFS= read -r line; do
    value=${'$'}{line%%$'\t'*}
    case $value in
      :files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
      :folders) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
      *) COMPREPLY+=("$value") ;;
    esac
  done < <(flotilla __complete -- "${'$'}{words[@]}" "$current" 2>/dev/null)
}
complete -F _flotilla flotilla
`;

const zsh = String.raw`#compdef flotilla
_flotilla() {
  local line value
  local -a found
  for line in "${'$'}{(@f)$(flotilla __complete -- "${'$'}{(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    value=${'$'}{line%%$'\t'*}
    case $value in
      '') ;;
      :files) _files; return ;;
      :folders) _files -/; return ;;
      *) found+=("${'$'}{value//:/\\:}:${'$'}{line#*$'\t'}") ;;
    esac
  done
  _describe 'flotilla' found
}
if [ "$funcstack[1]" = "_flotilla" ]; then _flotilla "$@"; else compdef _flotilla flotilla; fi
`;

const fish = String.raw`function __flotilla_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in (flotilla __complete -- $words[2..-1] 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path (commandline -ct)
      case ':folders'
        __fish_complete_directories (commandline -ct)
      case '*'
        echo $line
    end
  end
end
complete -c flotilla -f -a '(__flotilla_complete)'
`;

export const completionScripts: Readonly<Record<(typeof shells)[number], string>> = { bash, zsh, fish };
