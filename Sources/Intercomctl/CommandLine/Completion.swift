internal import Config

/// What may stand at the end of a command line that is being typed.
///
/// It reads the table of commands that `help` prints, and the names of the station only where one
/// is expected.
struct Completion {
    /// A word to suggest, with a few words about it.
    struct Suggestion: Equatable {
        let word: String
        var help = ""

        /// A line for the shell's script.
        var line: String { help.isEmpty ? word : "\(word)\t\(help)" }
    }

    enum Answer: Equatable {
        case words([Suggestion])
        /// The shell completes paths itself.
        case files
        case folders
    }

    /// The words before the last one that are neither options nor their values.
    private var words: [String] = []
    private var options: [String] = []
    /// The option whose value is being typed.
    private var open: Option?
    /// Whether `--` stands before, after which no word is an option.
    private var isPlain = false
    /// The word that is being typed, from its first letter to the cursor; `--priority=` is in it.
    private var last = ""
    /// `--config` and `--socket` as typed.
    private(set) var config: String?
    private(set) var socket: String?

    /// `typed` is the line without the program's name; its last word may be empty.
    init(_ typed: [String]) {
        for word in typed.dropLast() { take(word) }
        last = typed.last ?? ""
        // bash makes three words of --priority=high.
        if last == "=", open != nil { last = "" }
    }

    private mutating func take(_ word: String) {
        if let option = open {
            guard word != "=" else { return }
            if option.name == "--config" { config = word }
            if option.name == "--socket" { socket = word }
            open = nil
        } else if isPlain || !word.hasPrefix("-") || word == "-" {
            words.append(word)
        } else if word == "--" {
            isPlain = true
        } else {
            let parts = word.split(separator: "=", maxSplits: 1)
            let name = Option.shorts[word] ?? String(parts[0])
            options.append(name)
            guard let option = Option.named(name), !option.value.isEmpty else { return }
            open = option
            if parts.count == 2 { take(String(parts[1])) }
        }
    }

    /// What fits; `names` asks for the names of the station.
    func answer(_ names: () -> StationNames) -> Answer {
        if let open { return fitting(open.takes, names) }
        if !isPlain, last.hasPrefix("-") { return optionAnswer(names) }
        guard let command else {
            return .words(fitting(Self.commandWords(after: words)))
        }
        if let expected = command.expected(at: words.count - command.words.count) {
            if expected == .command { return .words(fitting(helped(command))) }
            return fitting(expected, names)
        }
        return isPlain ? .words([]) : .words(fitting(optionWords))
    }

    /// The command whose words are complete.
    private var command: Command? {
        Command.all.first { words.starts(with: $0.words) }
    }

    private func fitting(_ all: [Suggestion]) -> [Suggestion] {
        all.filter { $0.word.hasPrefix(last) }
    }

    private func fitting(_ expected: Expected, _ names: () -> StationNames) -> Answer {
        switch expected {
        case .file: .files
        case .folder: .folders
        case .anything, .command: .words([])
        case .oneOf(let words): .words(fitting(words.map { Suggestion(word: $0) }))
        case .peer, .target, .mutable, .button, .lamp, .relay:
            .words(fitting(names().words(expected)))
        }
    }

    /// An option, or its value after an equals sign.
    private func optionAnswer(_ names: () -> StationNames) -> Answer {
        guard let end = last.firstIndex(of: "="),
            let option = Option.named(String(last[..<end])), !option.value.isEmpty
        else { return .words(fitting(optionWords)) }
        var value = self
        value.last = String(last[last.index(after: end)...])
        guard case .words(let found) = value.fitting(option.takes, names) else {
            return fitting(option.takes, names)
        }
        return .words(found.map { Suggestion(word: "\(option.name)=\($0.word)", help: $0.help) })
    }

    /// The options that the line may still take.
    private var optionWords: [Suggestion] {
        let own =
            command?.options
            ?? CommandGroup(named: words).map { $0.commands.flatMap { $0.options } } ?? []
        let shared = Command.sharedOptions + (words.isEmpty ? ["--version"] : [])
        var found: [Suggestion] = []
        for option in Option.all
        where (own + shared).contains(option.name) && !options.contains(option.name) {
            found.append(Suggestion(word: option.name, help: option.help))
        }
        return found
    }

    /// The next word of a command's name: `list`, `show`, … after `peer`.
    private static func commandWords(after words: [String]) -> [Suggestion] {
        guard words.count < 2 else { return [] }
        var found: [Suggestion] = []
        for command in Command.all {
            let own = command.words
            guard own.count > words.count, own.starts(with: words) else { continue }
            let word = own[words.count]
            guard !found.contains(where: { $0.word == word }) else { continue }
            let isLast = own.count == words.count + 1
            let seconds = Command.all.map { $0.name }.filter { $0.hasPrefix("\(word) ") }
                .map { String($0.dropFirst(word.utf8.count + 1)) }
            let help = isLast ? command.help : seconds.joined(separator: ", ")
            found.append(Suggestion(word: word, help: help))
        }
        return found
    }

    /// The words that `help` takes next.
    private func helped(_ command: Command) -> [Suggestion] {
        Self.commandWords(after: Array(words.dropFirst(command.words.count)))
    }
}

extension Command {
    /// What it takes at this place after its name; nil if nothing.
    fileprivate func expected(at index: Int) -> Expected? {
        guard index < count.upperBound else { return nil }
        if index < takes.count { return takes[index] }
        return arguments.hasSuffix("...]") ? takes.last : .anything
    }
}

/// `completion bash|zsh|fish`: prints the script that completes commands in that shell.
///
/// The scripts know no commands: at each Tab they ask `completion words -- TYPED…`.
func completion(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let word = invocation.arguments[0]
    if word == "words" {
        try printWords(Array(invocation.arguments.dropFirst()), invocation)
        return .ok
    }
    guard let script = CompletionScript.all[word], invocation.arguments.count == 1 else {
        let shells = CompletionScript.shells
        throw Failure.usage(
            unknown(
                "shell", invocation.arguments.joined(separator: " "), among: shells,
                or: "intercomctl completion \(shells.joined(separator: "|"))"))
    }
    try printText(script)
    return .ok
}

/// Prints what may stand at the end of the typed words, one suggestion per line.
private func printWords(
    _ typed: [String], _ invocation: borrowing Invocation
) throws(Failure) {
    let completion = Completion(typed)
    // The line that is being typed may name another station's folder or socket.
    var options: [String] = []
    if let config = completion.config ?? invocation.config { options += ["--config", config] }
    if let socket = completion.socket ?? invocation.socket { options += ["--socket", socket] }
    guard let station = try? Invocation(options) else { return }
    switch completion.answer({ StationNames(station) }) {
    case .words(let found):
        for suggestion in found { try printLine(suggestion.line) }
    // No word begins with a colon.
    case .files: try printLine(":files")
    case .folders: try printLine(":folders")
    }
}

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
