public import Wire

/// A named group that this station may listen to, as it is known on the wire.
public struct Channel: Equatable, Sendable {
    /// The numbers of channels.
    ///
    /// Stream 0 is a peer alone; the last ones belong to `TalkTarget`.
    public static let numbers = 1..<Int(TalkTarget.announcement)

    /// Its number here, 1…28; this station's own sound on it goes out on the stream of this number.
    public let number: Int
    /// The eight bytes of its name on the wire (protocol.md §2.4 `ref`); never 0.
    public let reference: UInt64
    /// Peers that may be heard here, by number.
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
    /// Not bound by the peer, or not yet: its sound is kept a moment, then dropped.
    case unbound
    /// Bound but not heard here, for this reason.
    case ignored(Unheard)
    /// Spoken to this station alone.
    case direct
    /// Spoken on the channel of this number.
    case channel(Int)
    /// A page, to the channel of this number or to this station alone; `overrides` means that mute
    /// and volume here do not apply.
    case page(channel: Int?, overrides: Bool)
    /// The other side of a call.
    case call

    public var isHeard: Bool {
        switch self {
        case .unbound, .ignored: false
        case .direct, .channel, .page, .call: true
        }
    }

    /// The number of its channel.
    public var channel: Int? {
        switch self {
        case .channel(let number): number
        case .page(let number, _): number
        case .unbound, .ignored, .direct, .call: nil
        }
    }
}
