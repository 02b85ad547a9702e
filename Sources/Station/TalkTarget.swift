public import Wire

/// A target that this station speaks to: one stream number towards each listener.
public struct TalkTarget: Equatable, Sendable {
    /// Streams whose listeners the control thread sets at run time: an announcement from a file, a
    /// page, a call.
    public static let announcement: UInt8 = 29
    public static let page: UInt8 = 30
    public static let call: UInt8 = 31
    /// The targets of these streams, without listeners.
    public static let aimed: [TalkTarget] = [announcement, page, call].map {
        TalkTarget(stream: $0, reference: 0, listeners: [])
    }

    /// 0…31; bound to the reference at every listener.
    public let stream: UInt8
    /// The channel's reference, or 0 for the peer itself.
    public let reference: UInt64
    /// The listeners, by peer number; for an aimed target none until it is bound.
    public let listeners: PeerSet
    /// Its priority at the listeners.
    public let priority: Priority
    /// The kind of sound that its listeners hear.
    public let purpose: StreamBinding.Purpose

    /// Identifies the target across a change of settings: its stream, or 32…95 for a peer spoken to
    /// alone.
    public var id: Int {
        stream > 0 ? Int(stream) : Int(FrameFlags.streams.upperBound) + (listeners.first ?? 0)
    }

    /// Whether the control thread sets its listeners.
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

extension Station {
    /// The target that is this peer alone; nil where the settings have none.
    public func target(ofPeer peer: Int) -> TalkTarget? {
        targets.first { $0.stream == 0 && $0.listeners.contains(peer) }
    }
}
