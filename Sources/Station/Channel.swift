public import Wire

/// A named group this station may listen to, as the peers on the wire know it.
public struct Channel: Equatable, Sendable {
    /// The streams that channels have; 0 is a peer alone, and the last ones are `TalkTarget`'s.
    public static let numbers = 1..<Int(TalkTarget.announcement)

    /// What this station calls it, 1…28; the number of the stream its own sound goes out on.
    public let number: Int
    /// The eight bytes its name is known by on the wire (protocol.md §2.4 `ref`); never 0.
    public let reference: UInt64
    /// Who may be heard here, by peer number.
    public let members: [Int]
    public let isListenedTo: Bool

    public init(number: Int, reference: UInt64, members: [Int], isListenedTo: Bool) {
        precondition(reference != 0 && Self.numbers.contains(number))
        self.number = number
        self.reference = reference
        self.members = members
        self.isListenedTo = isListenedTo
    }
}

/// Where the sound of one of a peer's streams goes.
public enum Hearing: Equatable, Sendable {
    /// Not bound by the peer (yet): its sound is kept a moment, then dropped.
    case unbound
    /// Bound, and not heard here, for this reason.
    case ignored(Unheard)
    /// Said to this station alone.
    case direct
    /// Said on the channel of this number.
    case channel(Int)
    /// A page, to the channel of this number or to this station alone; `overrides` what is muted
    /// and turned down here.
    case page(channel: Int?, overrides: Bool)
    /// The other side of a call.
    case call

    public var isHeard: Bool {
        switch self {
        case .unbound, .ignored: false
        case .direct, .channel, .page, .call: true
        }
    }

    /// The number of the channel it comes by.
    public var channel: Int? {
        switch self {
        case .channel(let number): number
        case .page(let number, _): number
        case .unbound, .ignored, .direct, .call: nil
        }
    }
}
