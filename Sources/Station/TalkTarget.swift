public import Wire

/// What this station speaks into: one stream number towards each listener.
public struct TalkTarget: Equatable, Sendable {
    /// Streams whose listeners the control thread sets as it goes: what is read from a file, a page
    /// and a call.
    public static let announcement: UInt8 = 29
    public static let page: UInt8 = 30
    public static let call: UInt8 = 31
    /// The targets of these; nobody listens yet.
    public static let aimed: [TalkTarget] = [announcement, page, call].map {
        TalkTarget(stream: $0, reference: 0, listeners: [])
    }

    /// Bound to the reference at every listener; 0…31.
    public let stream: UInt8
    /// The channel's reference, or 0 for the peer itself.
    public let reference: UInt64
    /// Who hears it, by peer number; for an aimed one nobody, until it is told.
    public let listeners: PeerSet
    /// Over whom it is heard there.
    public let priority: Priority
    /// What it is to its listeners.
    public let purpose: StreamBinding.Purpose

    /// What it is known by while the settings change around it, never two of one number: its
    /// stream, or that of a peer spoken to alone, 32…95.
    public var id: Int {
        stream > 0 ? Int(stream) : Int(FrameFlags.streams.upperBound) + (listeners.first ?? 0)
    }

    /// Whether the control thread says who listens.
    public var isAimed: Bool { stream >= Self.announcement }

    public init(
        stream: UInt8, reference: UInt64, listeners: PeerSet, priority: Priority = .normal,
        purpose: StreamBinding.Purpose = .talk
    ) {
        precondition(FrameFlags.streams.contains(stream))
        precondition(stream > 0 || listeners.count == 1)
        self.stream = stream
        self.reference = reference
        self.listeners = listeners
        self.priority = priority
        self.purpose = purpose
    }
}
