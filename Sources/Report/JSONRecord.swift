public import Wire

/// A value that is written to JSON and read from it.
public protocol JSONValue {
    func written() -> JSON
    /// Nil where it is of another kind.
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

/// A word of a list.
public protocol JSONWord: JSONValue, RawRepresentable<String> {
    /// Stands for a word that only a newer program knows; nil where there must be none.
    static var ofNewerProgram: Self? { get }
}

extension JSONWord {
    public static var ofNewerProgram: Self? { nil }

    public func written() -> JSON { JSON(rawValue) }
    public static func read(_ json: borrowing JSON) -> Self? {
        json.text.flatMap { Self(rawValue: $0) ?? ofNewerProgram }
    }
}

/// Something with named fields that is written to JSON and read from it by one description.
///
/// One list of fields serves both ways, so what one program writes the other can read.
public protocol JSONRecord: JSONValue {
    /// A value to read into.
    init()
    /// Names every field once, in the order in which they are written.
    mutating func fields(_ coder: inout JSONCoder)
}

extension JSONRecord {
    /// The record as a JSON object.
    public var json: JSON { written() }

    public func written() -> JSON {
        var copy = self
        var coder = JSONCoder(writing: .object())
        copy.fields(&coder)
        return coder.finish()
    }

    public static func read(_ json: borrowing JSON) -> Self? { Self(json: json) }

    /// Reads an object; nil when a field is missing or of another kind.
    ///
    /// Fields unknown here are passed over: a newer program may write more.
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

/// Something of several kinds, told apart by a word, each with fields of its own.
///
/// As of a `JSONRecord`, one description serves both ways.
protocol JSONKind {
    /// One of each kind, to read into.
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

    /// The object has this member already.
    func has(_ key: String) -> Bool { object.has(key) }

    /// What was read for this field must hold.
    mutating func check(_ key: String, _ holds: Bool) {
        if !holds { refuse(key) }
    }

    /// A field that is left out where it is nil; one that is there is of its kind.
    mutating func optional<Value: JSONValue>(_ key: String, _ value: inout Value?) {
        if isWriting {
            if let value { object.set(key, value.written()) }
            return
        }
        value = nil
        if let there = object.member(key) { value = Value.read(there) }
        check(key, value != nil || !object.has(key))
    }

    /// The word of this kind, and the fields that it has beside it.
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

    /// A field that may be null, and is where it is of another kind; the key is there all the same.
    public mutating func field<Value: JSONValue>(_ key: String, _ value: inout Value?) {
        if isWriting {
            object.set(key, value?.written() ?? .null())
        } else if let there = object.member(key) {
            value = Value.read(there)
        } else if !object.has(key) {
            refuse(key)
        }
    }

    /// A record that may be null; one that is there is whole.
    public mutating func field<Record: JSONRecord>(_ key: String, _ value: inout Record?) {
        late(key, &value)
        let mayBeNil = object.has(key) && object.member(key) == nil
        if !isWriting, value == nil, !mayBeNil { refuse(key) }
    }

    public mutating func field<Value: JSONValue>(_ key: String, _ values: inout [Value]) {
        if isWriting {
            var array = JSON.array()
            for value in values { array.append(value.written()) }
            object.set(key, array)
            return
        }
        guard let array = object.member(key), let count = array.count else { return refuse(key) }
        for index in 0..<count {
            guard let element = array.element(index), let value = Value.read(element) else {
                return refuse(key)
            }
            values.append(value)
        }
    }

    /// A field that records of older programs do not have; of those the value stays as it is.
    public mutating func late<Value: JSONValue>(_ key: String, _ value: inout Value) {
        if isWriting || object.has(key) { field(key, &value) }
    }

    /// The same of one that may be null.
    public mutating func late<Value: JSONValue>(_ key: String, _ value: inout Value?) {
        if isWriting || object.has(key) { field(key, &value) }
    }

    /// Names and numbers that are not fixed: an object of its own.
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
