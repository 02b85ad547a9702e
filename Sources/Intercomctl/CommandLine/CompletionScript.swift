/// The scripts that teach a shell to complete `intercomctl`.
///
/// Each takes the typed words to the program and its lines to the shell: a word, a tab and help, or
/// `:files` and `:folders` where the shell completes paths itself. They call `intercomctl` by the
/// search path, never the path that was typed: pressing Tab must not start a stranger's program.
enum CompletionScript {
    static let shells = ["bash", "zsh", "fish"]
    static let all = ["bash": bash, "zsh": zsh, "fish": fish]

    private static let bash = #"""
        # bash completion for intercomctl
        _intercomctl() {
            local line
            COMPREPLY=()
            while IFS= read -r line; do
                case $line in
                    :files) compopt -o default ;;
                    :folders) compopt -o dirnames ;;
                    ?*) COMPREPLY+=("${line%%$'\t'*}") ;;
                esac
            done < <(command intercomctl completion words -- \
                "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
        }
        complete -F _intercomctl intercomctl

        """#

    private static let zsh = #"""
        #compdef intercomctl
        # zsh completion for intercomctl
        _intercomctl() {
            local line
            local -a found
            for line in "${(@f)$(command intercomctl completion words -- \
                "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
                case $line in
                    :files) compset -P '--*='; _files; return ;;
                    :folders) compset -P '--*='; _files -/; return ;;
                    *$'\t'*) found+=("${line%%$'\t'*}:${line#*$'\t'}") ;;
                    ?*) found+=("$line") ;;
                esac
            done
            _describe intercomctl found
        }
        if [[ ${funcstack[1]-} == _intercomctl ]]; then
            _intercomctl "$@"
        else
            compdef _intercomctl intercomctl
        fi

        """#

    private static let fish = #"""
        # fish completion for intercomctl
        function __intercomctl_words
            set -l typed (commandline -opc)
            set -l last (commandline -ct)
            for line in (command intercomctl completion words -- $typed[2..-1] "$last" 2>/dev/null)
                switch $line
                    case :files
                        __fish_complete_path "$last"
                    case :folders
                        __fish_complete_directories "$last"
                    case '*'
                        echo $line
                end
            end
        end
        complete -c intercomctl -f -a '(__intercomctl_words)'

        """#
}
