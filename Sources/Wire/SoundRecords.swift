/// How a peer's audio arrives here, reported to the peer once a second (REPORT, protocol.md §2.4).
///
/// All values saturate.
public struct Report: Equatable, Sendable {
    public var stream: UInt8
    /// The newest frame number that has arrived.
    public var highest: UInt16
    /// Packets lost of the last 2 s before repair, in 1/256.
    public var loss: UInt8
    /// Mean length of a loss in the last 2 s, in 1/8 packet.
    public var burst: UInt8
    /// Interarrival jitter (RFC 3550 §6.4.1), in 0.1 ms.
    public var jitter: UInt16
    /// Playout delay in ms.
    public var delay: UInt16
    /// Sound concealed in the last second, in ms.
    public var concealed: UInt16
    /// Packets received in the last second.
    public var received: UInt16

    public init(
        stream: UInt8, highest: UInt16, loss: UInt8, burst: UInt8, jitter: UInt16, delay: UInt16,
        concealed: UInt16, received: UInt16
    ) {
        self.stream = stream
        self.highest = highest
        self.loss = loss
        self.burst = burst
        self.jitter = jitter
        self.delay = delay
        self.concealed = concealed
        self.received = received
    }
}

/// The end of a talkspurt (SPURT_END); sent three times, as its last packet may be lost.
public struct SpurtEnd: Equatable, Sendable {
    public var stream: UInt8
    /// The number of the talkspurt's last frame.
    public var last: UInt16

    public init(stream: UInt8, last: UInt16) {
        self.stream = stream
        self.last = last
    }
}

/// The meaning of one of the sender's stream numbers from now on (STREAM).
public struct StreamBinding: Equatable, Sendable {
    public struct Purpose: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let talk = Purpose(rawValue: 0)
        public static let page = Purpose(rawValue: 1)
        public static let call = Purpose(rawValue: 2)
    }

    public var mid: UInt32
    public var stream: UInt8
    public var purpose: Purpose
    public var priority: Priority
    /// The place of its sound: 0 for the peer itself, else a channel's or a call's eight bytes.
    public var reference: UInt64

    public init(
        mid: UInt32, stream: UInt8, purpose: Purpose, priority: Priority, reference: UInt64
    ) {
        self.mid = mid
        self.stream = stream
        self.purpose = purpose
        self.priority = priority
        self.reference = reference
    }
}

/// Which sound may be heard over which.
public struct Priority: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let normal = Priority(rawValue: 0)
    public static let high = Priority(rawValue: 1)
    public static let emergency = Priority(rawValue: 2)

    public static func < (left: Priority, right: Priority) -> Bool {
        left.rawValue < right.rawValue
    }
}
