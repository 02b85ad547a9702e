import Foundation

/// The shared vectors of this protocol, `Tests/Vectors/intercom_v1.json`.
///
/// Two implementations of protocol.md that share no code agreed on every value in it.
struct Vectors {
    private let root: [String: Any]

    init() throws {
        let file = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Vectors/intercom_v1.json")
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        guard let object = object as? [String: Any] else { throw CocoaError(.coderInvalidValue) }
        root = object
    }

    /// Each case of `name` beside what it must give.
    func cases(_ name: String) -> [(input: Any, expected: Any)] {
        let inputs = root["inputs"] as? [String: Any]
        let given = inputs?[name] as? [Any] ?? []
        let expected = root[name] as? [Any] ?? []
        return Array(zip(given, expected)).map { (input: $0.0, expected: $0.1) }
    }

    func input(_ name: String) -> Any? { (root["inputs"] as? [String: Any])?[name] }
    func value(_ name: String) -> Any? { root[name] }
}

/// The bytes written as hex digits in `text`.
func bytes(hex text: Any?) -> [UInt8] {
    let digits = Array((text as? String ?? "").utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).map { index in
        UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) ?? 0
    }
}

/// Big-endian value of up to eight bytes in hex.
func number(hex text: Any?) -> UInt64 { bytes(hex: text).reduce(0) { $0 << 8 | UInt64($1) } }

extension [String: Any] {
    func int(_ key: String) -> Int { self[key] as? Int ?? -1 }
    func uint8(_ key: String) -> UInt8 { UInt8(int(key)) }
    func uint16(_ key: String) -> UInt16 { UInt16(int(key)) }
    func uint32(_ key: String) -> UInt32 { UInt32(int(key)) }
}
