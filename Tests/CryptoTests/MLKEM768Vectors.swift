import Foundation
import Vectors

@testable import Crypto

/// Published test vectors, which lie outside the project: `$INTERCOM_VECTORS` names their folder.
enum MLKEM768Vectors {
    /// The groups of one file that are for ML-KEM-768.
    static func groups(_ path: String) throws -> [[String: Any]] {
        guard let folder = PublishedVectors.directory else { return [] }
        let file = URL(fileURLWithPath: folder).appendingPathComponent(path)
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        let groups = (json as? [String: Any])?["testGroups"] as? [[String: Any]]
        return (groups ?? []).filter { $0["parameterSet"] as? String == "ML-KEM-768" }
    }

    static func tests(_ group: [String: Any]) -> [[String: Any]] {
        group["tests"] as? [[String: Any]] ?? []
    }
}

/// The 2400-byte form of a decapsulation key (FIPS 203 §7.1), which only these vectors use.
enum ExpandedKey {
    static let size = 2400

    /// Reads the form; nil when size or hash are wrong, the input check of §7.3.
    static func read(_ bytes: [UInt8]) -> MLKEM768.DecapsulationKey? {
        guard bytes.count == size else { return nil }
        let key = bytes.span.extracting(1152..<2336)
        var sponge = Sponge()
        let hash = MLKEM768.hash(ofKey: key, with: &sponge)
        let isWhole = (0..<32).allSatisfy { hash[$0] == bytes[2336 + $0] }
        guard isWhole else { return nil }
        var secret = PolynomialVector { _ in Polynomial() }
        for i in 0..<3 { secret[i].decode(bytes.span.extracting(384 * i..<384 * (i + 1))) }
        return MLKEM768.DecapsulationKey(
            secret: secret, encapsulationKey: InlineArray { bytes[1152 + $0] },
            encapsulationKeyHash: hash, rejection: Key(copying: bytes.span.extracting(last: 32)))
    }

    static func write(_ key: borrowing MLKEM768.DecapsulationKey) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1152)
        var span = bytes.mutableSpan
        for i in 0..<3 { key.secret[i].encode(into: &span, at: 384 * i) }
        bytes += MLKEM768Tests.encapsulationKey(of: key)
        bytes += (0..<32).map { key.encapsulationKeyHash[$0] }
        return bytes + [UInt8](key.rejection.bytes)
    }
}
