import Crypto
import Vectors

let vectors = ProtocolVectors()

extension ProtocolVectors {
    /// The bytes of an input all cases share.
    func bytes(_ name: String) -> [UInt8] { Vectors.bytes(hex: input(name)) }

    func handshake(_ suite: Suite) -> [String: Any] {
        let all = root["handshake"] as? [[String: Any]] ?? []
        return all.first { $0["suite"] as? Int == Int(suite.rawValue) } ?? [:]
    }

    /// Messages to refuse at a step: what is wrong with each, and its bytes.
    func refused(at step: String, _ suite: Suite) -> [(why: String, message: [UInt8])] {
        let all = root["refuse"] as? [[String: Any]] ?? []
        return all.filter {
            $0["at"] as? String == step && $0["suite"] as? Int == Int(suite.rawValue)
        }.map { ($0["why"] as? String ?? "", Vectors.bytes(hex: $0["message"])) }
    }
}

extension Suite {
    static let both = [Suite.aesGCM, .chaChaPoly]
}

func key(_ bytes: [UInt8]) -> Key { Key(copying: bytes.span) }
