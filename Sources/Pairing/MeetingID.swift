internal import Crypto

/// The name under which a station announces a meeting: a promise of the card that it will show
/// (protocol.md §4.1).
///
/// The card has a random number that nobody else knows, so the name tells nothing of the station;
/// and no other card has this name, so another station that takes the name cannot keep the promise.
public struct MeetingID: Equatable, Sendable {
    public static let size = 16
    private static let label = Array("intercom/1 meet".utf8)

    public let bytes: [UInt8]

    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        self.bytes = bytes
    }

    public init(of card: PairingCard) {
        var whole = SHA256()
        whole.update(Self.label.span)
        whole.update(card.encoded.span)
        let digest = whole.finish()
        bytes = (0..<Self.size).map { digest[$0] }
    }

    /// Both stations see both names, so they agree on which of them listens: the smaller one.
    func listens(to other: MeetingID) -> Bool { bytes.lexicographicallyPrecedes(other.bytes) }
}
