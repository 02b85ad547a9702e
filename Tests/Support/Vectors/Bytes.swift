extension [UInt8] {
    /// The bytes that `hex` writes; an odd number of digits lacks the first one, and what is no
    /// digit counts as 0.
    public init(hex: String) {
        let digits = (hex.count % 2 == 0 ? hex : "0" + hex).map { UInt8($0.hexDigitValue ?? 0) }
        self = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    public init(_ span: Span<UInt8>) { self = span.indices.map { span[$0] } }

    public var hex: String {
        map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

extension InlineArray where Element == UInt8 {
    public var hex: String { [UInt8](span).hex }
}

/// The bytes written as hex digits in `text`; none if it is no text.
public func bytes(hex text: Any?) -> [UInt8] { [UInt8](hex: text as? String ?? "") }

/// Runs `body` over a buffer of `count` bytes and returns what it left there.
public func filled(_ count: Int, _ body: (inout MutableSpan<UInt8>) -> Void) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    body(&span)
    return bytes
}
