/// The text of a file of peers, in which single settings can be changed.
///
/// All other text stays as it was written: comments, notes, other peers and their policies.
public struct PeerFile {
    private var lines: [[UInt8]]

    /// Takes the bytes of a file.
    public init(_ bytes: [UInt8]) {
        lines = bytes.split(separator: Self.newline, omittingEmptySubsequences: false)
            .map { Array($0) }
        // The last newline does not begin another line.
        if lines.last?.isEmpty ?? false { lines.removeLast() }
    }

    /// Makes a file of one new peer; its first line names the program that wrote it.
    public init(of peer: String, by writer: String = "intercomctl peer add") {
        lines = [Self.head(writer), Array("[peer \(peer)]".utf8)]
    }

    private static func head(_ writer: String) -> [UInt8] { Array("# Written by \(writer).".utf8) }

    /// Names the program in the first line, where that line names another.
    public mutating func set(writer: String) {
        guard let first = lines.first, first.starts(with: Array("# Written by ".utf8)) else {
            return
        }
        lines[0] = Self.head(writer)
    }

    private static let newline = UInt8(ascii: "\n")
    private static let kinds = ["peer", "policy"]

    public var bytes: [UInt8] {
        var all: [UInt8] = []
        for line in lines { all += line + [Self.newline] }
        return all
    }

    private var sections: [INI.Section] {
        // A section behind many mistakes must be found, or a second one would be added.
        INI(parsing: ConfigSource(role: .learned, path: "", bytes: bytes), isWhole: true).sections
    }

    private func section(of peer: String) -> INI.Section? {
        sections.first { $0.kind == "peer" && $0.name == peer }
    }

    /// Whether the file has no section.
    public var isEmpty: Bool { sections.isEmpty }

    public func has(_ peer: String) -> Bool { section(of: peer) != nil }

    /// The peers that have a section in the file.
    public var peers: [String] { sections.filter { $0.kind == "peer" }.map { $0.name } }

    /// Returns the value of a setting of a peer; nil where the setting is missing.
    public func value(of key: String, of peer: String) -> String? {
        section(of: peer)?.entries.first { $0.key == key }?.value
    }

    /// Sets one setting of a peer, and adds the section of the peer where it is missing.
    public mutating func set(_ key: String, to value: String, of peer: String) {
        let text = Array("\(key) = \(value)".utf8)
        guard let section = section(of: peer) else {
            lines += [[], Array("[peer \(peer)]".utf8), text]
            return
        }
        guard let entry = section.entries.first(where: { $0.key == key }) else {
            let last = section.entries.last?.origin.line ?? section.origin.line
            lines.insert(text, at: last)
            return
        }
        replace(line: entry.origin.line, by: text)
    }

    /// Removes a setting of a peer, if the setting is there.
    public mutating func remove(_ key: String, of peer: String) {
        guard let entry = section(of: peer)?.entries.first(where: { $0.key == key }) else { return }
        lines.remove(at: entry.origin.line - 1)
    }

    /// Removes a peer and its policy; comments above the next section stay.
    public mutating func remove(_ peer: String) {
        for section in sections.reversed() where isOf(peer, section) {
            let last = section.entries.last?.origin.line ?? section.origin.line
            lines.removeSubrange(section.origin.line - 1..<last)
        }
        while let last = lines.last, last.isEmpty { lines.removeLast() }
    }

    /// Gives a peer and its policy another name.
    public mutating func rename(_ peer: String, to name: String) {
        for section in sections where isOf(peer, section) {
            replace(line: section.origin.line, by: Array("[\(section.kind) \(name)]".utf8))
        }
    }

    private func isOf(_ peer: String, _ section: INI.Section) -> Bool {
        Self.kinds.contains(section.kind) && section.name == peer
    }

    /// Replaces the text of a line, counted from 1; a comment at its end stays.
    private mutating func replace(line: Int, by text: [UInt8]) {
        let old = lines[line - 1]
        let comment = old[INI.withoutComment(old[...]).endIndex...]
        var new = text
        if !comment.isEmpty {
            new += Array("  ".utf8) + comment
        } else if old.last == 0x0d {
            new.append(0x0d)
        }
        lines[line - 1] = new
    }
}
