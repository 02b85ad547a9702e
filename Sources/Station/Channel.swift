public import Wire

/// A named group this station may listen to, as the peers on the wire know it.
public struct Channel: Equatable, Sendable {
    /// What this station calls it, 1…31; the number of the stream its own sound goes out on.
    public let number: Int
    /// The eight bytes its name is known by on the wire (protocol.md §2.4 `ref`); never 0.
    public let reference: UInt64
    /// Who may be heard here, by peer number.
    public let members: [Int]
    public let isListenedTo: Bool

    public init(number: Int, reference: UInt64, members: [Int], isListenedTo: Bool) {
        precondition(reference != 0 && FrameFlags.streams.contains(UInt8(number)) && number != 0)
        self.number = number
        self.reference = reference
        self.members = members
        self.isListenedTo = isListenedTo
    }
}

/// What a talk key of this station speaks into: one stream number towards each listener.
public struct TalkTarget: Equatable, Sendable {
    /// Bound to the reference at every listener; 0…31, one for each target.
    public let stream: UInt8
    /// The channel's reference, or 0 for the peer itself.
    public let reference: UInt64
    /// Who hears it, by peer number.
    public let listeners: [Int]
    /// Over whom it is heard there.
    public let priority: Priority

    /// What it is known by while the settings change around it: 0…93, never two of one number.
    public var id: Int {
        reference == 0 ? Int(FrameFlags.streams.upperBound) + listeners[0] : Int(stream)
    }

    public init(
        stream: UInt8, reference: UInt64, listeners: [Int], priority: Priority = .normal
    ) {
        self.stream = stream
        self.reference = reference
        self.listeners = listeners
        self.priority = priority
    }
}

/// Where the sound of one of a peer's streams goes.
public enum Hearing: Equatable, Sendable {
    /// Not bound by the peer (yet): its sound is kept a moment, then dropped.
    case unbound
    /// Bound, and not listened to here.
    case ignored
    /// Said to this station alone.
    case direct
    /// Said on the channel of this number.
    case channel(Int)

    public var isHeard: Bool {
        switch self {
        case .unbound, .ignored: false
        case .direct, .channel: true
        }
    }
}
