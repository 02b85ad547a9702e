/// Which authenticated cipher a pair of stations uses (protocol.md §0).
///
/// By the settings of a peer, or by what the two can do: see `SuiteChoice`. Both suites share
/// X25519, ML-KEM-768 and SHA-256.
public enum Suite: UInt8, Sendable {
    case aesGCM = 1
    case chaChaPoly = 2
}
