/// One row of the table of commands: name, arguments, options, help and function.
struct Command: Sendable {
    /// "peer add": one word or two.
    let name: String
    /// What follows the name, as help shows it.
    var arguments = ""
    /// How many arguments it takes.
    var count = 0...0
    /// The kind of each argument, in order.
    var takes: [Expected] = []
    /// Names of the options it takes besides `sharedOptions`.
    let options: [String]
    /// The options that it cannot do without.
    var needed: [String] = []
    let help: String
    let function: @Sendable (borrowing Invocation) throws(Failure) -> ExitCode
}

extension Command {
    /// The options that every command takes.
    static let sharedOptions = ["--config", "--socket", "--help"]

    static let all = CommandGroup.all.flatMap { $0.commands }

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
