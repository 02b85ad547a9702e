public import Wire

/// A value that is written to JSON and read from it.
public protocol JSONValue {
    func written() -> JSON
    /// Reads a value; nil if the JSON is of another kind.
    static func read(_ json: borrowing JSON) -> Self?
}

extension Bool: JSONValue {
    public func written() -> JSON { JSON(self) }
    public static func read(_ json: borrowing JSON) -> Bool? { json.flag }
}

extension Int: JSONValue {
    public func written() -> JSON { JSON(self) }
    public static func read(_ json: borrowing JSON) -> Int? { json.integer }
}

extension Double: JSONValue {
    public func written() -> JSON { JSON(self) }
    public static func read(_ json: borrowing JSON) -> Double? { json.number }
}

extension String: JSONValue {
    public func written() -> JSON { JSON(self) }
    public static func read(_ json: borrowing JSON) -> String? { json.text }
}

extension Priority: JSONValue {
    public func written() -> JSON { JSON(word) }
    public static func read(_ json: borrowing JSON) -> Priority? {
        json.text.flatMap { Priority(word: $0) }
    }
}

extension Optional: JSONValue where Wrapped: JSONValue {
    public func written() -> JSON { self?.written() ?? .null() }
    public static func read(_ json: borrowing JSON) -> Wrapped?? {
        json.isNull ? .some(nil) : Wrapped.read(json).map { .some($0) }
    }
}

extension Array: JSONValue where Element: JSONValue {
    public func written() -> JSON {
        var array = JSON.array()
        for element in self { array.append(element.written()) }
        return array
    }

    public static func read(_ json: borrowing JSON) -> [Element]? {
        guard let count = json.count else { return nil }
        var elements: [Element] = []
        for index in 0..<count {
            guard let element = json.element(index), let value = Element.read(element) else {
                return nil
            }
            elements.append(value)
        }
        return elements
    }
}

/// A word of a fixed list.
public protocol JSONWord: JSONValue, RawRepresentable<String> {
    /// The value for a word that only a newer program knows; nil if such a word is an error.
    static var ofNewerProgram: Self? { get }
}

extension JSONWord {
    public static var ofNewerProgram: Self? { nil }

    public func written() -> JSON { JSON(rawValue) }
    public static func read(_ json: borrowing JSON) -> Self? {
        json.text.flatMap { Self(rawValue: $0) ?? ofNewerProgram }
    }
}

/// A value with named fields, written to JSON and read from it by one description.
///
/// One list of fields serves both ways, so each program can read the output of the other.
public protocol JSONRecord: JSONValue {
    /// The number of the form, written first; nil for a record that is part of another.
    static var schema: Int? { get }
    /// A value to read into.
    init()
    /// Names every field once, in the order in which they are written.
    mutating func fields(_ coder: inout JSONCoder)
}

extension JSONRecord {
    public static var schema: Int? { nil }

    /// The record as a JSON object.
    public var json: JSON { written() }

    public func written() -> JSON {
        var (copy, schema) = (self, Self.schema)
        var coder = JSONCoder(writing: .object())
        coder.optional("schema", &schema)
        copy.fields(&coder)
        return coder.finish()
    }

    public static func read(_ json: borrowing JSON) -> Self? { Self(json: json) }

    /// Reads an object; nil when a field is missing or of another kind.
    ///
    /// Skips unknown fields: a newer program may write more.
    public init?(json: borrowing JSON) {
        self.init()
        var coder = JSONCoder(reading: json.shared())
        fields(&coder)
        guard coder.broken == nil else { return nil }
    }

    /// The record on a line, newline included; empty when it is longer than a reply may be.
    public var encoded: [UInt8] { json.line }

    /// Reads one line, without its newline.
    public init?(parsing line: Span<UInt8>) {
        guard line.count <= ControlLimits.reply, let object = JSON(parsing: line) else {
            return nil
        }
        self.init(json: object)
    }
}

/// A record that stands alone; its number rises when a key changes its meaning.
public protocol JSONDocument: JSONRecord {}

extension JSONDocument {
    public static var schema: Int? { 1 }
}

/// A value of several kinds, each with a word and its own fields.
///
/// As with a `JSONRecord`, one description serves both ways.
protocol JSONKind {
    /// One value of each kind, to read into.
    static var kinds: [Self] { get }
    /// Names every field once, in the order in which they are written.
    ///
    /// - Returns: The word of this kind.
    mutating func fields(_ coder: inout JSONCoder) -> String
}

extension JSONKind {
    var word: String {
        var copy = self
        var coder = JSONCoder(writing: .object())
        return copy.fields(&coder)
    }

    static func of(_ word: String) -> Self? { kinds.first { $0.word == word } }
}

/// Walks the fields of a `JSONRecord`, writing or reading an object.
public struct JSONCoder: ~Copyable {
    private let isWriting: Bool
    private var object: JSON
    /// The first field that reading found missing, or of another kind.
    public private(set) var broken: String?

    init(writing object: consuming JSON) {
        isWriting = true
        self.object = object
    }

    init(reading object: consuming JSON) {
        isWriting = false
        self.object = object
    }

    consuming func finish() -> JSON { object }

    private mutating func refuse(_ key: String) { broken = broken ?? key }

    /// Whether the object has this member already.
    func has(_ key: String) -> Bool { object.has(key) }

    /// Refuses this field unless `holds`.
    mutating func check(_ key: String, _ holds: Bool) {
        if !holds { refuse(key) }
    }

    /// Codes a field that is left out if nil; a field that is present must be of its kind.
    mutating func optional<Value: JSONValue>(_ key: String, _ value: inout Value?) {
        guard isWriting ? value != nil : object.has(key) else {
            value = nil
            return
        }
        field(key, &value)
        check(key, value != nil)
    }

    /// Codes the word of a kind, and the fields of that kind.
    mutating func kind<Kind: JSONKind>(_ key: String, _ value: inout Kind) {
        var word = value.word
        field(key, &word)
        if !isWriting {
            guard let found = Kind.of(word) else { return refuse(key) }
            value = found
        }
        _ = value.fields(&self)
    }

    public mutating func field<Value: JSONValue>(_ key: String, _ value: inout Value) {
        if isWriting {
            object.set(key, value.written())
        } else if let there = object.member(key), let found = Value.read(there) {
            value = found
        } else {
            refuse(key)
        }
    }

    /// Codes a field, and returns its value, written or read.
    mutating func passed<Value: JSONValue>(_ key: String, _ value: Value) -> Value {
        var value = value
        field(key, &value)
        return value
    }

    /// Codes a field that records of older programs lack; without it, the value stays unchanged.
    public mutating func late<Value: JSONValue>(_ key: String, _ value: inout Value) {
        if isWriting || object.has(key) { field(key, &value) }
    }

    /// Codes counters, whose names are not fixed, as an object of their own.
    public mutating func field(_ key: String, _ counters: inout [Counter]) {
        if isWriting {
            var inner = JSON.object()
            for counter in counters { inner.set(counter.name, JSON(counter.value)) }
            object.set(key, inner)
            return
        }
        guard let inner = object.member(key), let names = inner.keys else { return refuse(key) }
        for name in names {
            guard let value = inner.member(name)?.integer else { return refuse(key) }
            counters.append(Counter(name: name, value: value))
        }
    }
}
