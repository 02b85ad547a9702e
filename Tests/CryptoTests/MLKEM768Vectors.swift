import Foundation
import Seeds

@testable import Crypto

/// Published test vectors, which lie outside the project: `$INTERCOM_VECTORS` names their folder.
enum MLKEM768Vectors {
    static let folder = ProcessInfo.processInfo.environment["INTERCOM_VECTORS"]

    /// The groups of one file that are for ML-KEM-768.
    static func groups(_ path: String) throws -> [[String: Any]] {
        guard let folder else { return [] }
        let file = URL(fileURLWithPath: folder).appendingPathComponent(path)
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        let groups = (json as? [String: Any])?["testGroups"] as? [[String: Any]]
        return (groups ?? []).filter { $0["parameterSet"] as? String == "ML-KEM-768" }
    }

    /// The files of a folder whose names begin so, in order, as paths for `groups`.
    static func files(in subfolder: String, prefix: String) throws -> [String] {
        guard let folder else { return [] }
        return try FileManager.default
            .contentsOfDirectory(atPath: "\(folder)/\(subfolder)")
            .filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }.sorted()
            .map { "\(subfolder)/\($0)" }
    }

    static func tests(_ group: [String: Any]) -> [[String: Any]] {
        group["tests"] as? [[String: Any]] ?? []
    }

    static func bytes(_ hex: Any?) -> [UInt8] {
        let digits = Array((hex as? String ?? "").utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).map { index in
            UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) ?? 0
        }
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
        return bytes + MLKEM768Tests.bytes(of: key.rejection)
    }
}

/// Repeatable random numbers: a failing test prints the seed.
struct SeededNumbers: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    init(seed: UInt64 = testSeed()) {
        self.seed = seed
        state = seed
    }

    /// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
