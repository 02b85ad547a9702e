internal import CJansson

/// One JSON value, owned.
///
/// Values inside it are shared by jansson's reference count, so handing out a member is cheap and
/// safe. Reading is total: a value that is absent, or of another kind, is nil.
@safe public struct JSON: ~Copyable {
    private let value: UnsafeMutablePointer<json_t>

    /// Takes over one reference to `value`.
    private init(owning value: UnsafeMutablePointer<json_t>) { unsafe self.value = value }

    deinit { unsafe json_decref(value) }

    /// Takes over the value of a jansson constructor, which returns nil only without memory.
    private static func made(_ value: UnsafeMutablePointer<json_t>?) -> JSON {
        guard let value = unsafe value else { fatalError("json: out of memory") }
        return unsafe JSON(owning: value)
    }

    public static func object() -> JSON { unsafe made(json_object()) }
    public static func array() -> JSON { unsafe made(json_array()) }

    public init(_ flag: Bool) { self = unsafe Self.made(flag ? json_true() : json_false()) }
    public init(_ number: Int) { self = unsafe Self.made(json_integer(json_int_t(number))) }
    public static func null() -> JSON { unsafe made(json_null()) }

    public init(_ text: String) {
        var text = text
        let made = text.withUTF8 { bytes in
            // SAFETY: jansson copies the bytes before it returns, and gets their number.
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe json_stringn(characters.baseAddress ?? Self.empty, characters.count)
            }
        }
        self = unsafe Self.made(made)
    }

    /// Makes a number, or null for a number that JSON cannot write.
    public init(_ number: Double) {
        self = number.isFinite ? unsafe Self.made(json_real(number)) : .null()
    }

    // SAFETY: a constant of one zero byte, never written.
    private static var empty: UnsafePointer<CChar> {
        unsafe UnsafeRawPointer(StaticString("").utf8Start).assumingMemoryBound(to: CChar.self)
    }

    /// Reads one object; nil if the bytes are anything else, or repeat a key.
    public init?(parsing bytes: Span<UInt8>) {
        let parsed = unsafe bytes.withUnsafeBytes { raw in
            // SAFETY: jansson reads `count` bytes during the call and keeps none of them.
            unsafe json_loadb(
                raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count,
                Int(JSON_REJECT_DUPLICATES), nil)
        }
        guard let parsed = unsafe parsed else { return nil }
        guard unsafe parsed.pointee.type == JSON_OBJECT else {
            unsafe json_decref(parsed)
            return nil
        }
        unsafe self.init(owning: parsed)
    }

    /// The value as text without spaces or newline; nil when it is longer than `limit` bytes.
    public func encoded(limit: Int) -> [UInt8]? {
        // Nine digits: more would print 0.3 as 0.29999999999999999 (JSON_REAL_PRECISION).
        let flags = Int(JSON_COMPACT) | 9 << 11
        let size = unsafe json_dumpb(value, nil, 0, flags)
        guard size > 0, size <= limit else { return nil }
        return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            // SAFETY: jansson writes at most `size` bytes, for which the buffer has room.
            count = unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
                unsafe json_dumpb(value, characters.baseAddress, size, flags)
            }
        }
    }

    /// The value as a line, newline included; empty when it is longer than a reply may be.
    var line: [UInt8] {
        guard let line = encoded(limit: ControlLimits.reply) else { return [] }
        return line + [UInt8(ascii: "\n")]
    }
}

// Objects and arrays.
extension JSON {
    /// Puts a member into an object, in place of one with the same key.
    public mutating func set(_ key: String, _ member: consuming JSON) {
        let failed = unsafe json_object_set_new(value, key, member.handedOver())
        precondition(failed == 0, "json: only an object has members")
    }

    /// Puts an element at the end of an array.
    public mutating func append(_ element: consuming JSON) {
        let failed = unsafe json_array_append_new(value, element.handedOver())
        precondition(failed == 0, "json: only an array has elements")
    }

    /// Returns the value with one more reference, for the container that takes it over.
    private borrowing func handedOver() -> UnsafeMutablePointer<json_t>? {
        unsafe json_incref(value)
    }

    /// Returns the member of an object; nil if there is none.
    public func member(_ key: String) -> JSON? {
        guard let found = unsafe json_object_get(value, key) else { return nil }
        return unsafe Self.made(json_incref(found))
    }

    /// Returns the same value with a second owner.
    borrowing func shared() -> JSON { unsafe Self.made(json_incref(value)) }

    /// Whether an object has this member, even if it is null.
    public func has(_ key: String) -> Bool { unsafe json_object_get(value, key) != nil }

    /// The number of elements of an array; nil for anything else.
    public var count: Int? {
        unsafe value.pointee.type == JSON_ARRAY ? json_array_size(value) : nil
    }

    /// Returns the element of an array; nil if there is none.
    public func element(_ index: Int) -> JSON? {
        guard index >= 0, let found = unsafe json_array_get(value, index) else { return nil }
        return unsafe Self.made(json_incref(found))
    }

    /// The keys of an object in the order they were put; nil for anything else.
    public var keys: [String]? {
        guard unsafe value.pointee.type == JSON_OBJECT else { return nil }
        var keys: [String] = []
        var iterator = unsafe json_object_iter(value)
        while unsafe iterator != nil {
            // SAFETY: the key is the iterator's and ends in a zero byte; it is copied here.
            if let key = unsafe json_object_iter_key(iterator) {
                unsafe keys.append(String(cString: key))
            }
            unsafe iterator = json_object_iter_next(value, iterator)
        }
        return keys
    }
}

// Plain values.
extension JSON {
    var isNull: Bool { unsafe value.pointee.type == JSON_NULL }

    /// The text of a string.
    public var text: String? {
        guard let characters = unsafe json_string_value(value) else { return nil }
        // SAFETY: jansson holds this many bytes of valid UTF-8 for as long as `self` lives.
        let bytes = unsafe UnsafeBufferPointer(
            start: characters, count: json_string_length(value))
        return unsafe bytes.withMemoryRebound(to: UInt8.self) { utf8 in
            unsafe String(decoding: utf8, as: UTF8.self)
        }
    }

    /// The whole number.
    public var integer: Int? {
        guard unsafe value.pointee.type == JSON_INTEGER else { return nil }
        return unsafe Int(json_integer_value(value))
    }

    /// Larger than any measurement or count, and small enough to be rounded to an integer.
    private static let numberMost = 1e15

    /// The number, whole or not, brought within 10^15 of zero.
    public var number: Double? {
        let type = unsafe value.pointee.type
        guard type == JSON_INTEGER || type == JSON_REAL else { return nil }
        return unsafe min(max(json_number_value(value), -Self.numberMost), Self.numberMost)
    }

    /// The truth value.
    public var flag: Bool? {
        switch unsafe value.pointee.type {
        case JSON_TRUE: true
        case JSON_FALSE: false
        default: nil
        }
    }
}
