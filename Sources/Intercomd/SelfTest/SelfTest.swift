internal import Audio
internal import Crypto
internal import Peering

/// One check of program, libraries and processor on the machine that the station runs on.
///
/// No check needs settings, keys, a card or a network, or changes anything.
enum SelfTest: Hashable, Sendable {
    case random
    case session(Suite)
    case pairing
    case signatures
    case codec(Profile)
    case rings
    case settings

    /// All of them, in the order in which they are tried.
    static var all: [SelfTest] {
        [.random, .session(.aesGCM), .session(.chaChaPoly), .pairing, .signatures]
            + Profile.allCases.map { .codec($0) } + [.rings, .settings]
    }

    /// What is tried, for a person.
    var name: String {
        switch self {
        case .random: "random numbers of the kernel"
        case .session(.aesGCM): "session with AES-GCM, as in the vectors"
        case .session(.chaChaPoly): "session with ChaCha20-Poly1305, as in the vectors"
        case .pairing: "pairing by code, as in the vectors"
        case .signatures: "signatures of a site"
        case .codec(let profile): "sound through Opus, profile \(profile.rawValue)"
        case .rings: "queues between threads"
        case .settings: "reading of settings"
        }
    }

    /// Tries it; the pairing takes some tenths of a second.
    var holds: Bool {
        switch self {
        case .random: Self.randomHolds
        case .session(let suite): KnownSession.holds(suite)
        case .pairing: KnownPairing.holds
        case .signatures: Self.signaturesHold
        case .codec(let profile): CodecTrial.holds(profile)
        case .rings: RingTrial.holds()
        case .settings: SettingsTrial.holds()
        }
    }

    /// No two of a few are the same, or zero.
    private static var randomHolds: Bool {
        var seen = [[UInt8](repeating: 0, count: 32)]
        for _ in 0..<8 {
            var bytes = [UInt8](repeating: 0, count: 32)
            var span = bytes.mutableSpan
            Random.fill(&span)
            guard !seen.contains(bytes) else { return false }
            seen.append(bytes)
        }
        return true
    }

    /// A signature is good for its text alone.
    private static var signaturesHold: Bool {
        let key = SigningKey.random()
        let (text, other): ([UInt8], [UInt8]) = ([1, 2, 3], [1, 2, 4])
        let signature = key.sign(text.span)
        return key.verifyingKey.verifies(signature, of: text.span)
            && !key.verifyingKey.verifies(signature, of: other.span)
    }
}
