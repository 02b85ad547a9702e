/// The settings that an example shows, commented out or not.
struct ExampleFile {
    /// One line `name = value`, or `#name = value`.
    struct Entry {
        let kind: String
        let isNamed: Bool
        let name: String
        let value: String
    }

    private(set) var entries: [Entry] = []

    init(_ text: String) {
        var kind = ""
        var isNamed = false
        for line in text.split(separator: "\n") {
            if let match = line.firstMatch(of: #/^#?\[([a-z-]+)( [^\]]+)?\]/#) {
                kind = String(match.1)
                isNamed = match.2 != nil
            } else if let match = line.firstMatch(of: #/^#?([a-z-]+) = *(.*)$/#) {
                entries.append(
                    Entry(
                        kind: kind, isNamed: isNamed, name: String(match.1),
                        value: String(match.2)))
            }
        }
    }

    /// Every value that it shows for a setting.
    func values(of name: String, in kind: String, isNamed: Bool) -> [String] {
        entries.filter { $0.kind == kind && $0.isNamed == isNamed && $0.name == name }
            .map { $0.value }
    }
}
