internal import Config
internal import Files
internal import HAL
internal import Report

/// The exit status, for scripts.
enum ExitCode: Int32 {
    case ok = 0
    case failed = 1
    case usage = 2
    case notRunning = 3
    /// Done, with problems found.
    case degraded = 4
}

/// The reason why a command ends early, for the person who typed it.
struct Failure: Error {
    let code: ExitCode
    let finding: String
    /// The remedy, where the finding does not name it.
    let fix: String?
    /// The daemon's code, if the daemon refused the request.
    let refusal: ControlError.Code?

    init(
        _ finding: String, _ code: ExitCode = .failed, refusal: ControlError.Code? = nil,
        fix: String? = nil
    ) {
        (self.code, self.finding, self.fix, self.refusal) = (code, finding, fix, refusal)
    }

    var text: String { fix.map { "\(finding); \($0)" } ?? finding }

    /// The error code that `--json` prints.
    var word: String {
        switch code {
        case .notRunning: "not_running"
        case .usage: "usage"
        default: (refusal ?? .failed).rawValue
        }
    }

    /// A failure for a reply that does not fit the request.
    static let misfit = Failure(
        "the daemon's reply does not fit the request; compare versions: intercomctl version")

    /// Reports an unknown option, and suggests an option of the command that the other words name.
    init(unknownOption name: String, beside typed: [String]) {
        let words = typed.filter { !$0.hasPrefix("-") }
        var options = Option.all.map { $0.name }
        var trial = "intercomctl help"
        if words.isEmpty {
            options = ["--version"] + (Command.all.first { $0.name == "status" }?.options ?? [])
        } else if let command = try? findCommand(words) {
            (options, trial) = (command.options, "intercomctl \(command.name) --help")
        } else if let group = CommandGroup(named: Array(words.prefix(1))) {
            options = group.commands.flatMap { $0.options }
            trial = "intercomctl \(words[0]) --help"
        }
        let known = options + Command.sharedOptions
        self.init(unknown("option", name, among: known, or: trial), .usage)
    }

    /// A command line that cannot be carried out.
    static func usage(_ finding: String) -> Failure { Failure(finding, .usage) }

    /// Adds the advice to use sudo where permission is missing and no other advice is given.
    init(_ finding: String, fix: String? = nil, isRefused: Bool) {
        self.init(finding, fix: fix ?? (isRefused ? "try it with sudo" : nil))
    }
}

/// An error of a lower module that can be shown to a person.
protocol Explained: Error {
    var failure: Failure { get }
}

extension SystemError: Explained {
    var failure: Failure {
        Failure(finding, fix: fix, isRefused: errno == SystemError.noPermission)
    }
}

extension StateError: Explained {
    var failure: Failure { Failure(description, isRefused: isRefused) }
}

extension PCMError: Explained {
    var failure: Failure { Failure(description) }
}

/// Calls a lower module, and turns its error into a failure of the command.
func attempt<Value: ~Copyable, Problem: Explained>(
    _ work: () throws(Problem) -> Value
) throws(Failure) -> Value {
    do throws(Problem) { return try work() } catch { throw error.failure }
}

/// Returns the complaint about an unknown word, with the nearest known word or a command to try.
func unknown(
    _ what: String, _ word: String, among words: [String], or trial: String = "intercomctl help"
) -> String {
    let complaint = "unknown \(what) \"\(word.visible)\""
    guard let nearest = nearestWord(to: word, among: words) else {
        return "\(complaint); try: \(trial)"
    }
    return "\(complaint); did you mean \"\(nearest)\"?"
}

/// Asks a person at the terminal, again after an answer that is neither yes nor no.
func isAgreed(_ question: String) -> Bool {
    while true {
        if let isYes = yesOrNo(answer(to: question)) { return isYes }
    }
}

/// Reads an answer, of which an empty one is a no; nil is neither.
func yesOrNo(_ answer: String) -> Bool? {
    switch answer {
    case "y", "yes": true
    case "", "n", "no": false
    default: nil
    }
}

/// Asks a person before a loss that cannot be undone; a program passes `--yes`.
///
/// - Parameters:
///   - question: The question, without the choices.
///   - loss: The consequence of a yes, a sentence.
///   - invocation: The command line.
/// - Returns: Whether the person agrees.
/// - Throws: The option to add, if there is no terminal to ask at.
func isMeant(
    _ question: String, because loss: String, _ invocation: borrowing Invocation
) throws(Failure) -> Bool {
    if invocation.isYes { return true }
    guard Keyboard.isThere else {
        throw Failure.usage("\(loss); without a terminal to ask at, say --yes")
    }
    return isAgreed("\(loss). \(question)? [no]")
}

/// Prints that nothing is changed, after a person has declined.
func printUnchanged() throws(Failure) -> ExitCode {
    try printLine("nothing is changed")
    return .failed
}

/// Asks a question at the terminal; returns the answer in lower case.
func answer(to question: String) -> String {
    try? printQuestion(question, to: .complaint)
    return trimmed(Keyboard.line() ?? "").lowercased()
}
