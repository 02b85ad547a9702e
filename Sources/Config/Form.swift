internal import Wire

/// The written form of one kind of value: which values there are, how text becomes a value, and how
/// a value becomes text.
///
/// `parse` reads the output of `text` as the same value.
struct Form<Value> {
    let allowed: Allowed
    let parse: (String) -> Parsed<Value>
    let text: (Value) -> String
}

extension Form where Value: Comparable {
    /// A quantity between two bounds.
    private init(
        _ allowed: Allowed, in range: ClosedRange<Value>,
        parse: @escaping (String) -> Parsed<Value>, text: @escaping (Value) -> String
    ) {
        self.init(
            allowed: allowed,
            parse: { written in
                let parsed = parse(written)
                guard case .value(let value) = parsed, !range.contains(value) else { return parsed }
                return .wrong("\(quoted(written)) is out of range; must be \(allowed.text)")
            },
            text: text)
    }
}

extension Form<Duration> {
    /// `150ms`.
    static func time(in range: ClosedRange<Duration>) -> Self {
        Self(.times(range), in: range, parse: Quantity.duration) { Quantity.text($0) }
    }
}

extension Form<Int> {
    /// `5577`.
    static func integer(in range: ClosedRange<Int>) -> Self {
        Self(.integers(range), in: range, parse: Quantity.integer) { "\($0)" }
    }

    /// `80%`; the sign may be left out.
    static var percent: Self {
        let allowed = Allowed.percents(0...100)
        return Self(
            allowed: allowed,
            parse: { text in
                Quantity.percent(text).map { .value($0) }
                    ?? .wrong("\(quoted(text)) must be \(allowed.text)")
            },
            text: { "\($0)%" })
    }
}

extension Form<Double> {
    /// `-6dB`: louder or softer by so many decibels.
    static func gain(in range: ClosedRange<Double> = -40...20) -> Self {
        Self(.gains(range), in: range, parse: Quantity.decibels) { Quantity.text(decibels: $0) }
    }

    /// `8dB`: above a reference by so many decibels.
    static func level(in range: ClosedRange<Double>) -> Self {
        Self(.levels(range), in: range, parse: Quantity.decibels) { Quantity.text(decibels: $0) }
    }
}

extension Form where Value: Equatable {
    /// One of a few words; of two words with one meaning, the last is written.
    static func words(_ words: [(word: String, value: Value)]) -> Self {
        let right = words.map { $0.word }
        return Self(
            allowed: .words(right),
            parse: { text in
                for (word, value) in words where word == text { return .value(value) }
                return .wrong(
                    "\(quoted(text)) must be \(oneOf(right))", nearestWord(to: text, among: right))
            },
            text: { value in words.last { $0.value == value }?.word ?? "" })
    }
}

extension Form<Priority> {
    /// The words of priorities; a voice of higher priority turns down the others.
    static var priority: Self {
        words([("normal", .normal), ("high", .high), ("emergency", .emergency)])
    }
}

extension Form<Bool> {
    static var noOrYes: Self { words([("no", false), ("yes", true)]) }
}

extension Form where Value: CaseIterable & RawRepresentable & Equatable, Value.RawValue == String {
    /// The cases of an enumeration, in its order.
    static var cases: Self { words(Value.allCases.map { (word: $0.rawValue, value: $0) }) }
}

extension Form<String> {
    /// Text that is written as it is read; `forms` are its words, or their beginnings.
    init(_ forms: [String] = [], _ parse: @escaping (String) -> Parsed<String>) {
        self.init(allowed: .forms(forms), parse: parse, text: { $0 })
    }

    /// A name: `[a-z0-9][a-z0-9-]{0,30}`.
    static var name: Self { Self { parseName($0) } }

    /// The whole path of a directory, of at most so many bytes.
    static func wholePath(limit: Int) -> Self {
        Self { text in
            guard text.hasPrefix("/") else {
                return .wrong("\(quoted(text)) must be a whole path, from /")
            }
            let path = Paths.withoutTrailingSlash(text)
            guard path.utf8.count <= limit else {
                return .wrong("the path is longer than \(limit) bytes")
            }
            return .value(path)
        }
    }
}

extension Form {
    /// This form, or a word that means nil.
    func or(_ word: String) -> Form<Value?> {
        let (parse, write) = (parse, text)
        return Form<Value?>(
            allowed: allowed,
            parse: { text in
                text == word ? .value(nil) : parse(text).then { .value($0) }
            },
            text: { $0.map(write) ?? word })
    }

    /// A list with commas, in which no item comes twice.
    func list(limit: Int) -> Form<[Value]> where Value: Equatable {
        let (parse, write) = (parse, text)
        return Form<[Value]>(
            allowed: allowed,
            parse: { text in Self.items(of: text, limit: limit, parse) },
            text: { $0.map(write).joined(separator: ", ") })
    }

    private static func items(
        of text: String, limit: Int, _ parse: (String) -> Parsed<Value>
    ) -> Parsed<[Value]> where Value: Equatable {
        guard !text.isEmpty else { return .value([]) }
        var items: [Value] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let text = String(decoding: INI.trimmed(Array(part.utf8)[...]), as: UTF8.self)
            guard !text.isEmpty else { return .has("an empty place between its commas") }
            switch parse(text) {
            case .value(let item) where items.contains(item): return .has("\(quoted(text)) twice")
            case .value(let item): items.append(item)
            case .wrong(let what, let suggestion): return .wrong(what, suggestion)
            case .has(let what): return .has(what)
            }
        }
        guard items.count <= limit else {
            return .has("\(items.count) items; at most \(limit) are allowed")
        }
        return .value(items)
    }
}

/// The values that a setting may have, as its error message and the documents name them.
enum Allowed {
    case times(ClosedRange<Duration>)
    case integers(ClosedRange<Int>)
    case percents(ClosedRange<Int>)
    /// Decibels with a sign: more, or less.
    case gains(ClosedRange<Double>)
    /// Decibels above a reference, without a sign.
    case levels(ClosedRange<Double>)
    /// One of a few words.
    case words([String])
    /// Text in forms of its own; the strings are its words, or their beginnings.
    case forms([String])

    /// `0 to 2s`, `half, full or auto`, or `keep, mute, or 0% to 100%`.
    var text: String {
        switch self {
        case .times(let range):
            Self.text(Quantity.text(range.lowerBound), Quantity.text(range.upperBound))
        case .integers(let range): Self.text("\(range.lowerBound)", "\(range.upperBound)")
        case .percents(let range): Self.text("\(range.lowerBound)%", "\(range.upperBound)%")
        case .gains(let range):
            Self.text(
                Quantity.text(decibels: range.lowerBound), Quantity.text(decibels: range.upperBound)
            )
        case .levels(let range):
            Self.text(
                Quantity.text(level: range.lowerBound), Quantity.text(level: range.upperBound))
        case .words(let words): oneOf(words)
        case .forms(let forms):
            // Forms have blanks, so a comma separates the last one too.
            forms.count > 1
                ? forms.dropLast().joined(separator: ", ") + ", or " + forms[forms.count - 1]
                : oneOf(forms)
        }
    }

    private static func text(_ least: String, _ most: String) -> String { "\(least) to \(most)" }
}
