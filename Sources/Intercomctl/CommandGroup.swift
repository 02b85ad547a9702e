/// The commands of one kind, as `help` shows them together.
struct CommandGroup {
    /// Empty for commands that begin with one word.
    let title: String
    private let names: [String]

    private init(_ title: String, _ names: [String]) {
        (self.title, self.names) = (title, names)
    }

    /// In the order of intercomctl(1); every command stands in one of them.
    static let all = [
        CommandGroup(
            "Look", ["status", "peers", "monitor", "history", "stats", "levels", "metrics"]),
        CommandGroup("Talk", ["talk", "ptt", "reply", "page", "announce", "relay", "signal"]),
        CommandGroup("Call", ["call", "answer", "reject", "hangup", "drop-in", "listen"]),
        CommandGroup("Set for now", ["volume", "mute", "unmute", "dnd"]),
        CommandGroup(
            "Keys and peers",
            [
                "key show", "peer list", "peer show", "show peer", "peer add", "peer set",
                "peer verify", "peer rename", "peer remove",
            ]),
        CommandGroup(
            "Set up",
            ["setup", "doctor", "config check", "config show", "config diff", "reload"]),
        CommandGroup(
            "Try devices",
            [
                "test speaker", "test mic", "test loop", "test latency", "test button", "test led",
                "audio list", "audio controls", "gpio list", "keys list",
            ]),
        CommandGroup("Help", ["version", "help"]),
    ]

    /// The commands of two words that begin with this one word; nil where there are none.
    init?(named words: [String]) {
        guard words.count == 1 else { return nil }
        let found = Command.all.map { $0.name }.filter { $0.hasPrefix("\(words[0]) ") }
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
            for name in group.names {
                guard let command = Command.all.first(where: { $0.name == name }) else { continue }
                table.add(["  \(command.name) \(command.arguments)", command.help])
            }
        }
        return table.text
    }
}
