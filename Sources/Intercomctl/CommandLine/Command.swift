/// One row of the table of commands: name, arguments, options, help and function.
struct Command: Sendable {
    typealias Function = @Sendable (borrowing Invocation) throws(Failure) -> ExitCode

    /// The name, such as "peer add": one word or two.
    let name: String
    /// The words after the name, as help shows them.
    var arguments = ""
    /// The largest number of arguments, where `arguments` does not show it.
    var most: Int?
    /// The kind of each argument, in order.
    var takes: [Expected] = []
    /// The names of the options besides `sharedOptions`.
    var options = ["--json"]
    /// The options that must be given.
    var needed: [String] = []
    let help: String
    /// One to three lines to copy; none where the name alone is the whole command.
    var examples: [String] = []
    let function: Function
}

extension Command {
    /// The options that every command takes.
    static let sharedOptions = ["--config", "--socket", "--help"]

    static let all = CommandGroup.all.flatMap { $0.commands }

    /// The fewest and the most arguments.
    var count: ClosedRange<Int> {
        let words = arguments.split(separator: " ")
        let least = words.count { !$0.hasPrefix("[") }
        return least...(most ?? words.count)
    }

    /// The words of the name.
    var words: [String] { name.split(separator: " ").map { String($0) } }

    /// `peer add [--psk-file FILE] NAME ADDRESS KEY`.
    var usage: String {
        var text = name
        for option in options {
            guard let usage = Option.named(option)?.usage else {
                preconditionFailure("every option of a command has a row of its own")
            }
            text += needed.contains(option) ? " \(usage)" : " [\(usage)]"
        }
        return arguments.isEmpty ? text : "\(text) \(arguments)"
    }
}

/// The kind of word that a command or an option takes at one place, for shells to complete.
enum Expected: Sendable, Equatable {
    /// Any text: there is nothing to suggest.
    case anything
    case oneOf([String])
    case peer
    /// A peer or a channel.
    case target
    /// A peer, a channel, `mic` or `speaker`.
    case mutable
    case button
    case relay
    /// A command, as one word or two.
    case command
    case file
    case folder
}

/// Commands that `help` lists under one title.
struct CommandGroup: Sendable {
    /// Empty for the commands that share a first word, such as `peer`.
    let title: String
    let commands: [Command]

    init(_ title: String, _ commands: [Command]) {
        (self.title, self.commands) = (title, commands)
    }

    /// Collects the two-word commands that begin with this word; nil if there are none.
    init?(named words: [String]) {
        guard words.count == 1 else { return nil }
        let found = Command.all.filter { $0.name.hasPrefix("\(words[0]) ") }
        guard !found.isEmpty, !Command.all.contains(where: { $0.name == words[0] }) else {
            return nil
        }
        self.init("", found)
    }

    /// Lays out all groups in one table, so that their columns line up.
    static func table(of groups: [CommandGroup]) -> String {
        var table = Table()
        for group in groups {
            if !group.title.isEmpty { table.add(["\(group.title):"]) }
            for command in group.commands {
                table.add(["  \(command.name) \(command.arguments)", command.help])
            }
        }
        return table.text
    }
}
