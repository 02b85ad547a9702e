/// Commands that `help` lists under one title.
struct CommandGroup: Sendable {
    /// Empty for the commands that share a first word, such as `peer`.
    let title: String
    let commands: [Command]

    init(_ title: String, _ commands: [Command]) {
        (self.title, self.commands) = (title, commands)
    }

    /// The two-word commands that begin with this word; nil if there are none.
    init?(named words: [String]) {
        guard words.count == 1 else { return nil }
        let found = Command.all.filter { $0.name.hasPrefix("\(words[0]) ") }
        guard !found.isEmpty, !Command.all.contains(where: { $0.name == words[0] }) else {
            return nil
        }
        self.init("", found)
    }

    /// One table for all groups, so that their columns line up.
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
