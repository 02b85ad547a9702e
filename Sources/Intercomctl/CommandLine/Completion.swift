internal import Config

/// The words that can complete a command line.
///
/// Reads the table of commands; asks for the station's names only where a name is expected.
struct Completion {
    enum Answer: Equatable {
        case words([String])
        /// The shell completes paths itself.
        case files
        case folders
    }

    /// The words before the last that are neither options nor values of options.
    private var words: [String] = []
    private var options: [String] = []
    /// The option whose value is being typed.
    private var open: Option?
    /// Whether `--` has come, after which no word is an option.
    private var isPlain = false
    /// The word that is being typed, from its first letter to the cursor.
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
            let name = Option.shorts[word] ?? word
            options.append(name)
            guard let option = Option.named(name), !option.value.isEmpty else { return }
            open = option
        }
    }

    /// Returns the words that fit; `names` asks for the names of the station.
    func answer(_ names: () -> StationNames) -> Answer {
        if let open { return fitting(open.takes, names) }
        if !isPlain, last.hasPrefix("-") { return .words(fitting(optionWords)) }
        guard let command else {
            return .words(fitting(Self.commandWords(after: words)))
        }
        if let expected = command.expected(at: words.count - command.words.count) {
            if expected == .command {
                return .words(fitting(Self.commandWords(after: Array(words.dropFirst()))))
            }
            return fitting(expected, names)
        }
        return isPlain ? .words([]) : .words(fitting(optionWords))
    }

    /// The command whose words are complete.
    private var command: Command? {
        Command.all.first { words.starts(with: $0.words) }
    }

    private func fitting(_ all: [String]) -> [String] {
        all.filter { $0.hasPrefix(last) }
    }

    private func fitting(_ expected: Expected, _ names: () -> StationNames) -> Answer {
        switch expected {
        case .file: .files
        case .folder: .folders
        case .anything, .command: .words([])
        case .oneOf(let words): .words(fitting(words))
        case .peer, .target, .mutable, .button, .relay:
            .words(fitting(names().words(expected)))
        }
    }

    /// The options that the line may still take.
    private var optionWords: [String] {
        let own =
            command?.options
            ?? CommandGroup(named: words).map { $0.commands.flatMap { $0.options } } ?? []
        let shared = Command.sharedOptions + (words.isEmpty ? ["--version"] : [])
        return Option.all.map { $0.name }.filter {
            (own + shared).contains($0) && !options.contains($0)
        }
    }

    /// Lists the next words of command names: `list`, `show`, … after `peer`.
    private static func commandWords(after words: [String]) -> [String] {
        guard words.count < 2 else { return [] }
        var found: [String] = []
        for own in Command.all.map({ $0.words })
        where own.count > words.count && own.starts(with: words) {
            if !found.contains(own[words.count]) { found.append(own[words.count]) }
        }
        return found
    }
}

extension Command {
    /// Returns the kind of argument at this place after the name; nil if there is none.
    fileprivate func expected(at index: Int) -> Expected? {
        guard index < count.upperBound else { return nil }
        if index < takes.count { return takes[index] }
        return arguments.hasSuffix("...]") ? takes.last : .anything
    }
}

/// `completion bash`: prints the script that completes commands in that shell.
///
/// The script knows no commands: at each Tab it asks `completion words -- TYPED…`.
func completion(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let word = invocation.arguments[0]
    if word == "words" {
        try printWords(Array(invocation.arguments.dropFirst()), invocation)
        return .ok
    }
    guard invocation.arguments == ["bash"] else {
        throw Failure.usage(
            unknown(
                "shell", invocation.arguments.joined(separator: " "), among: ["bash"],
                or: "intercomctl completion bash"))
    }
    try printText(completionScript)
    return .ok
}

/// Prints the words that complete the typed line, one per line.
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
        for word in found { try printLine(word) }
    // No word begins with a colon.
    case .files: try printLine(":files")
    case .folders: try printLine(":folders")
    }
}

/// The script that teaches bash to complete `intercomctl`.
///
/// The script passes the typed words to `intercomctl` and the printed lines to the shell: a word,
/// or `:files` and `:folders` where the shell completes paths itself. It finds `intercomctl` by the
/// search path and never runs the typed path: pressing Tab must not start a stranger's program.
private let completionScript = #"""
    # bash completion for intercomctl
    _intercomctl() {
        local line
        COMPREPLY=()
        while IFS= read -r line; do
            case $line in
                :files) compopt -o default ;;
                :folders) compopt -o dirnames ;;
                ?*) COMPREPLY+=("$line") ;;
            esac
        done < <(command intercomctl completion words -- \
            "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    }
    complete -F _intercomctl intercomctl

    """#
