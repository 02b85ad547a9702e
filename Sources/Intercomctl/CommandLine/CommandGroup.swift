/// The commands of one kind, as `help` shows them together.
struct CommandGroup: Sendable {
    /// Empty for commands that begin with one word.
    let title: String
    let commands: [Command]

    init(_ title: String, _ commands: [Command]) {
        (self.title, self.commands) = (title, commands)
    }

    /// The commands of two words that begin with this one word; nil where there are none.
    init?(named words: [String]) {
        guard words.count == 1 else { return nil }
        let found = Command.all.filter { $0.name.hasPrefix("\(words[0]) ") }
        guard !found.isEmpty, !Command.all.contains(where: { $0.name == words[0] }) else {
            return nil
        }
        self.init("", found)
    }

    /// One table, so that the columns of all groups stand under each other.
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
