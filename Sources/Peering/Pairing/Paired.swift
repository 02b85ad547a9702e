public import Crypto

/// What a station knows of another one after a pairing, and shares with it.
public struct Paired: ~Copyable {
    public let peer: PairingCard
    public let suite: Suite
    public let psk: Key
}

/// What a side does next.
public enum PairingStep: ~Copyable {
    /// More must come.
    case wait
    /// This goes into the stream.
    case send([UInt8])
    /// The pairing is done; the stream can be closed.
    case paired(Paired)
}

/// The suites that a station offers, as in P1: bit 0 for suite 1, bit 1 for suite 2.
public struct OfferedSuites: Equatable, Sendable {
    let bits: UInt8

    /// Suite 2 always; suite 1 where AES takes the same time for all keys, or where it is forced.
    public init(withAES: Bool) { bits = withAES ? 3 : 2 }

    init(bits: UInt8) { self.bits = bits & 3 }

    /// Suite 1 if both offer it, else 2; nil for none.
    func chosen(with other: OfferedSuites) -> Suite? {
        switch bits & other.bits {
        case 0: nil
        case 2: .chaChaPoly
        default: .aesGCM
        }
    }

    func offers(_ suite: Suite) -> Bool {
        switch suite {
        case .aesGCM: bits & 1 != 0
        case .chaChaPoly: bits & 2 != 0
        }
    }
}
