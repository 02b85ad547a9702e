import Crypto
import Foundation

/// The shared vectors of this protocol, `Tests/Vectors/intercom_v1.json`.
///
/// Two implementations of protocol.md that share no code agreed on every value in it.
struct Vectors {
    let root: [String: Any]

    init() throws {
        let file = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Vectors/intercom_v1.json")
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        guard let object = object as? [String: Any] else { throw CocoaError(.coderInvalidValue) }
        root = object
    }

    /// The bytes of an input all cases share.
    func input(_ name: String) -> [UInt8] {
        bytes(hex: (root["inputs"] as? [String: Any])?[name])
    }

    func handshake(_ suite: Suite) -> [String: Any] {
        let all = root["handshake"] as? [[String: Any]] ?? []
        return all.first { $0["suite"] as? Int == Int(suite.rawValue) } ?? [:]
    }

    /// Messages to refuse at a step: what is wrong with each, and its bytes.
    func refused(at step: String, _ suite: Suite) -> [(why: String, message: [UInt8])] {
        let all = root["refuse"] as? [[String: Any]] ?? []
        return all.filter {
            $0["at"] as? String == step && $0["suite"] as? Int == Int(suite.rawValue)
        }.map { ($0["why"] as? String ?? "", bytes(hex: $0["message"])) }
    }
}

/// The bytes written as hex digits in `text`.
func bytes(hex text: Any?) -> [UInt8] {
    let digits = Array((text as? String ?? "").utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).map { index in
        UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) ?? 0
    }
}

func key(_ bytes: [UInt8]) -> Key { Key(copying: bytes.span) }

func array(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }

/// As hex digits, so that a failing expectation prints readable text.
func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
