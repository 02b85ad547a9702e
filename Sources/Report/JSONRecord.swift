public import Wire

/// Something with named fields that is written to JSON and read from it by one description.
///
/// One list of fields serves both ways, so what one program writes the other can read.
public protocol JSONRecord {
    /// A value to read into.
    init()
    /// Names every field once, in the order in which they are written.
    mutating func fields(_ coder: inout JSONCoder)
}

extension JSONRecord {
    /// The record as a JSON object.
    public var json: JSON {
        var copy = self
        var coder = JSONCoder(writing: ())
        copy.fields(&coder)
        return coder.finish()
    }

    /// Reads an object; nil when a field is missing or of another kind.
    ///
    /// Fields unknown here are passed over: a newer program may write more.
    public init?(json: borrowing JSON) {
        self.init()
        var coder = JSONCoder(reading: json.shared())
        fields(&coder)
        guard !coder.isBroken else { return nil }
    }
}

/// Walks the fields of a `JSONRecord`, writing or reading an object.
public struct JSONCoder: ~Copyable {
    private let isWriting: Bool
    private var object: JSON
    /// Reading met a field that is missing or of another kind.
    public private(set) var isBroken = false

    init(writing: ()) {
        isWriting = true
        object = .object()
    }

    init(reading object: consuming JSON) {
        isWriting = false
        self.object = object
    }

    consuming func finish() -> JSON { object }

    public mutating func field(_ key: String, _ value: inout Bool) {
        if isWriting {
            object.set(key, JSON(value))
        } else {
            value = found(member(key)?.flag, value)
        }
    }

    /// A field that records of older programs do not have; of those the value stays as it is.
    public mutating func late(_ key: String, _ value: inout Bool) {
        guard isWriting || member(key) != nil else { return }
        field(key, &value)
    }

    public mutating func field(_ key: String, _ value: inout Int) {
        if isWriting {
            object.set(key, JSON(value))
        } else {
            value = found(member(key)?.integer, value)
        }
    }

    public mutating func field(_ key: String, _ value: inout Double) {
        if isWriting {
            object.set(key, JSON(value))
        } else {
            value = found(member(key)?.number, value)
        }
    }

    public mutating func field(_ key: String, _ value: inout String) {
        if isWriting {
            object.set(key, JSON(value))
        } else {
            value = found(member(key)?.text, value)
        }
    }

    /// A field that may be null; the key is there all the same.
    public mutating func field(_ key: String, _ value: inout Int?) {
        if isWriting {
            object.set(key, value.map { JSON($0) } ?? .null())
        } else if let there = present(key) {
            value = found(there.integer, value)
        }
    }

    public mutating func field(_ key: String, _ value: inout Double?) {
        if isWriting {
            object.set(key, value.map { JSON($0) } ?? .null())
        } else if let there = present(key) {
            value = found(there.number, value)
        }
    }

    public mutating func field(_ key: String, _ value: inout String?) {
        if isWriting {
            object.set(key, value.map { JSON($0) } ?? .null())
        } else if let there = present(key) {
            value = found(there.text, value)
        }
    }

    /// The same of a text that may be null.
    public mutating func late(_ key: String, _ value: inout String?) {
        guard isWriting || object.has(key) else { return }
        field(key, &value)
    }

    /// The same of a number that may be null.
    public mutating func late(_ key: String, _ value: inout Int?) {
        guard isWriting || object.has(key) else { return }
        field(key, &value)
    }

    public mutating func field(_ key: String, _ values: inout [String]) {
        field(key, &values, { JSON($0) }, { $0.text })
    }

    public mutating func field(_ key: String, _ values: inout [Double]) {
        field(key, &values, { JSON($0) }, { $0.number })
    }

    /// A list of what is written as one value each.
    private mutating func field<Value>(
        _ key: String, _ values: inout [Value], _ written: (Value) -> JSON,
        _ read: (borrowing JSON) -> Value?
    ) {
        if isWriting {
            var array = JSON.array()
            for value in values { array.append(written(value)) }
            object.set(key, array)
        } else {
            eachElement(of: key) { element in
                guard let value = read(element) else { return false }
                values.append(value)
                return true
            }
        }
    }

    /// A word of a closed list.
    public mutating func field<Word: RawRepresentable<String>>(
        _ key: String, _ value: inout Word
    ) {
        if isWriting {
            object.set(key, JSON(value.rawValue))
        } else {
            value = found(member(key)?.text.flatMap { Word(rawValue: $0) }, value)
        }
    }

    public mutating func field(_ key: String, _ value: inout Priority) {
        if isWriting {
            object.set(key, JSON(value.word))
        } else {
            value = found(member(key)?.text.flatMap { Priority(word: $0) }, value)
        }
    }

    public mutating func field<Record: JSONRecord>(_ key: String, _ value: inout Record) {
        if isWriting {
            object.set(key, value.json)
        } else if let there = member(key) {
            value = found(Record(json: there), value)
        } else {
            isBroken = true
        }
    }

    /// A record that may be null.
    public mutating func field<Record: JSONRecord>(_ key: String, _ value: inout Record?) {
        if isWriting {
            object.set(key, value?.json ?? .null())
        } else if let there = present(key) {
            value = Record(json: there)
            if value == nil { isBroken = true }
        }
    }

    public mutating func field<Record: JSONRecord>(_ key: String, _ values: inout [Record]) {
        if isWriting {
            var array = JSON.array()
            for value in values { array.append(value.json) }
            object.set(key, array)
        } else {
            eachElement(of: key) { element in
                guard let record = Record(json: element) else { return false }
                values.append(record)
                return true
            }
        }
    }

    /// Names and numbers that are not fixed: an object of its own.
    public mutating func field(_ key: String, _ counters: inout [Counter]) {
        if isWriting {
            var inner = JSON.object()
            for counter in counters { inner.set(counter.name, JSON(counter.value)) }
            object.set(key, inner)
            return
        }
        guard let inner = member(key), let names = inner.keys else {
            isBroken = true
            return
        }
        for name in names {
            guard let value = inner.member(name)?.integer else {
                isBroken = true
                return
            }
            counters.append(Counter(name: name, value: value))
        }
    }
}

extension JSONCoder {
    private func member(_ key: String) -> JSON? { object.member(key) }

    /// The member if it is not null; without the key at all, reading is broken.
    private mutating func present(_ key: String) -> JSON? {
        if !object.has(key) { isBroken = true }
        return object.member(key)
    }

    private mutating func found<Value>(_ value: Value?, _ otherwise: Value) -> Value {
        if value == nil { isBroken = true }
        return value ?? otherwise
    }

    private mutating func eachElement(of key: String, _ body: (borrowing JSON) -> Bool) {
        guard let array = member(key), let count = array.count else {
            isBroken = true
            return
        }
        for index in 0..<count {
            guard let element = array.element(index), body(element) else {
                isBroken = true
                return
            }
        }
    }
}
