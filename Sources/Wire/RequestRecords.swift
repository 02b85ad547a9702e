/// Why a station closes its session (CLOSE, protocol.md §2.4).
public struct CloseReason: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let stopping = CloseReason(rawValue: 0)
    public static let revoked = CloseReason(rawValue: 1)
}

/// A request to light or switch something at the peer (SIGNAL).
public struct Signal: Equatable, Sendable {
    public struct Target: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let callLight = Target(rawValue: 1)
        public static let relay = Target(rawValue: 2)
    }

    public var mid: UInt32
    public var target: Target
    /// Eight bytes made from the relay's name; 0 for the call light.
    public var reference: UInt64
    /// The duration, in 0.1 s; 0 for a relay, which has a duration of its own.
    public var time: UInt16

    public init(mid: UInt32, target: Target, reference: UInt64, time: UInt16) {
        self.mid = mid
        self.target = target
        self.reference = reference
        self.time = time
    }
}

/// The outcome of a SIGNAL, of a STREAM's priority, or of an OFFER that rings unheard (RESULT).
public struct RequestResult: Equatable, Sendable {
    public struct Status: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let done = Status(rawValue: 0)
        public static let denied = Status(rawValue: 1)
        public static let unknown = Status(rawValue: 2)
        /// Allowed, but nothing there can show it.
        public static let unseen = Status(rawValue: 3)

        private static let firstUnheard: UInt8 = 16

        /// A call rings but is not heard, for this reason.
        public static func unheard(_ why: Unheard) -> Status {
            Status(rawValue: firstUnheard &+ why.rawValue)
        }

        /// The reason why a ringing call is not heard; nil for another outcome.
        public var unheard: Unheard? {
            rawValue > Self.firstUnheard ? Unheard(rawValue: rawValue - Self.firstUnheard) : nil
        }
    }

    public var mid: UInt32
    /// The number of the SIGNAL, STREAM or OFFER record.
    public var request: UInt32
    public var status: Status

    public init(mid: UInt32, request: UInt32, status: Status) {
        self.mid = mid
        self.request = request
        self.status = status
    }
}
