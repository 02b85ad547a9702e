/// Reads the keys of one section, remembers which were asked for, and collects what is wrong.
///
/// The keys asked for *are* the grammar: whatever is left at `finish` is unknown, and the
/// nearest key asked for is what was meant.
struct SectionReader {
    let section: INI.Section
    private(set) var mistakes: [Mistake] = []
    private(set) var asked: [String] = []
    private var missing: [Mistake] = []

    init(_ section: INI.Section) { self.section = section }

    var origin: Origin { section.origin }

    mutating func fail(_ origin: Origin, _ what: String, _ suggestion: String? = nil) {
        mistakes.append(Mistake(origin, what, didYouMean: suggestion))
    }

    /// Complains at `finish` that something is missing.
    ///
    /// Not where a line of the section could not be read, or has a key that nobody knows: that
    /// line most likely was to say it, and one slip is told once.
    mutating func failMissing(_ origin: Origin, _ what: String) {
        missing.append(Mistake(origin, what))
    }

    /// Where this key is set, else where its section begins.
    func place(of key: String) -> Origin {
        section.entries.first { $0.key == key }?.origin ?? origin
    }

    /// The entry of this key, if it is there and has a value.
    mutating func entry(_ key: String) -> INI.Entry? {
        guard let entry = entryOrEmpty(key) else { return nil }
        guard !entry.value.isEmpty else {
            fail(entry.origin, "\(key) has no value")
            return nil
        }
        return entry
    }

    /// The entry of this key, whose value may be empty.
    mutating func entryOrEmpty(_ key: String) -> INI.Entry? {
        asked.append(key)
        var found: INI.Entry?
        for entry in section.entries where entry.key == key {
            if let found {
                fail(entry.origin, "\(key) is already set at line \(found.origin.line)")
            } else {
                found = entry
            }
        }
        return found
    }

    /// The key's value after `parse`; nil when absent or wrong.
    mutating func value<Value>(_ key: String, _ parse: (String) -> Parsed<Value>) -> Value? {
        guard let entry = entry(key) else { return nil }
        switch parse(entry.value) {
        case .value(let value): return value
        case .wrong(let what, let suggestion):
            fail(entry.origin, "\(key): \(what)", suggestion)
            return nil
        }
    }

    mutating func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
        let bounds = "\(Quantity.text(range.lowerBound)) to \(Quantity.text(range.upperBound))"
        return value(key) { text in
            Self.checked(Quantity.duration(text), in: range, text, bounds)
        }
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        let bounds = "\(range.lowerBound) to \(range.upperBound)"
        return value(key) { text in
            Self.checked(Quantity.integer(text), in: range, text, bounds)
        }
    }

    mutating func decibels(
        _ key: String, in range: ClosedRange<Double> = -40...20
    ) -> Double? {
        let bounds =
            Quantity.text(decibels: range.lowerBound) + " to "
            + Quantity.text(decibels: range.upperBound)
        return value(key) { text in
            Self.checked(Quantity.decibels(text), in: range, text, bounds)
        }
    }

    /// What `read` makes of this key; nil when it says `auto`.
    mutating func unlessAuto<Value>(
        _ key: String, _ read: (inout SectionReader) -> Value?
    ) -> Value? {
        guard !section.entries.contains(where: { $0.key == key && $0.value == "auto" }) else {
            // Asked for all the same, so that it counts as known, and twice as a mistake.
            _ = entry(key)
            return nil
        }
        return read(&self)
    }

    static func checked<Value: Comparable>(
        _ parsed: Parsed<Value>, in range: ClosedRange<Value>, _ text: String, _ bounds: String
    ) -> Parsed<Value> {
        guard case .value(let value) = parsed, !range.contains(value) else { return parsed }
        return .wrong("\(quoted(text)) is out of range; must be \(bounds)")
    }

    /// One of a few words.
    mutating func choice<Value>(
        _ key: String, _ words: [(String, Value)]
    ) -> Value? {
        value(key) { text in
            for (word, value) in words where word == text { return .value(value) }
            let right = words.map { $0.0 }
            return .wrong(
                "\(quoted(text)) must be \(oneOf(right))", nearestWord(to: text, among: right))
        }
    }

    /// A list by commas, each item read by `parse`; no item may come twice.
    mutating func list<Item: Equatable>(
        _ key: String, limit: Int, mayBeEmpty: Bool = false,
        _ parse: (String) -> Parsed<Item>
    ) -> [Item]? {
        guard let entry = mayBeEmpty ? entryOrEmpty(key) : entry(key) else { return nil }
        guard !entry.value.isEmpty else { return [] }
        var items: [Item] = []
        for part in entry.value.split(separator: ",", omittingEmptySubsequences: false) {
            let text = trimmed(part)
            guard !text.isEmpty else {
                fail(entry.origin, "\(key) has an empty place between its commas")
                return nil
            }
            switch parse(text) {
            case .value(let item) where items.contains(item):
                fail(entry.origin, "\(key) has \(quoted(text)) twice")
                return nil
            case .value(let item): items.append(item)
            case .wrong(let what, let suggestion):
                fail(entry.origin, "\(key): \(what)", suggestion)
                return nil
            }
        }
        guard items.count <= limit else {
            fail(entry.origin, "\(key) has \(items.count) items; at most \(limit) are allowed")
            return nil
        }
        return items
    }

    private func trimmed(_ part: Substring) -> String {
        var bytes = part.utf8[...]
        while bytes.first == 0x20 || bytes.first == 0x09 { bytes = bytes.dropFirst() }
        while bytes.last == 0x20 || bytes.last == 0x09 { bytes = bytes.dropLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Complains of every key that nobody asked for.
    mutating func finish() {
        var isMisspelt = section.hasFaults
        for entry in section.entries where !asked.contains(entry.key) {
            // The user's own notes.
            if entry.key.hasPrefix("x-") { continue }
            isMisspelt = true
            fail(
                entry.origin, "\(quoted(entry.key)) is not a key of [\(section.kind)]",
                nearestWord(to: entry.key, among: asked))
        }
        if !isMisspelt { mistakes += missing }
        missing = []
    }
}
