/// An invitation to a call (OFFER, protocol.md §2.4 and talking.md).
public struct Offer: Equatable, Sendable {
    public struct Mode: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let call = Mode(rawValue: 0)
        public static let announce = Mode(rawValue: 2)
        public static let dropIn = Mode(rawValue: 3)
        public static let listenIn = Mode(rawValue: 4)
    }

    public var mid: UInt32
    public var id: CallID
    public var mode: Mode
    public var priority: Priority
    /// The remaining time of the offer, in ms; only this and `age` differ between repeats.
    public var ttl: UInt16
    /// The time since the caller acted, in 0.1 s; 255 also for longer.
    public var age: UInt8
    /// 0 for the peer itself, else a channel's eight bytes.
    public var reference: UInt64

    public init(
        mid: UInt32, id: CallID, mode: Mode, priority: Priority, ttl: UInt16, age: UInt8 = 0,
        reference: UInt64
    ) {
        self.mid = mid
        self.id = id
        self.mode = mode
        self.priority = priority
        self.ttl = ttl
        self.age = age
        self.reference = reference
    }
}

/// A person or a setting took the call (ANSWER).
public struct Answer: Equatable, Sendable {
    public var mid: UInt32
    public var id: CallID
    public var isMicrophoneOpen: Bool
    public var isHalfDuplex: Bool

    public init(mid: UInt32, id: CallID, isMicrophoneOpen: Bool, isHalfDuplex: Bool) {
        self.mid = mid
        self.id = id
        self.isMicrophoneOpen = isMicrophoneOpen
        self.isHalfDuplex = isHalfDuplex
    }

    /// Bits 2 to 7 are sent 0 and ignored.
    init(mid: UInt32, id: CallID, flags: UInt8) {
        self.init(
            mid: mid, id: id, isMicrophoneOpen: flags & 1 != 0, isHalfDuplex: flags & 2 != 0)
    }

    var flags: UInt8 { (isMicrophoneOpen ? 1 : 0) | (isHalfDuplex ? 2 : 0) }
}

/// A station's name for stations that know its public key (protocol.md §2.4, `who`).
public struct MemberName: Hashable, Sendable {
    /// The sixteen bytes as two big-endian halves.
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// A member of a channel's call, reported by the caller to the others (MEMBER).
public struct CallMember: Equatable, Sendable {
    public var mid: UInt32
    /// The reference of the call.
    public var reference: UInt64
    /// Whether the member is in the call; false once it has left.
    public var isIn: Bool
    public var name: MemberName

    public init(mid: UInt32, reference: UInt64, isIn: Bool, name: MemberName) {
        self.mid = mid
        self.reference = reference
        self.isIn = isIn
        self.name = name
    }
}

/// A call is refused, withdrawn or over (REJECT, CANCEL, BYE).
public struct CallEnd: Equatable, Sendable {
    /// The reason; numbers are those of SIP (RFC 3261 §21) where SIP has one.
    public struct Cause: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public static let normal = Cause(rawValue: 0)
        public static let answeredElsewhere = Cause(rawValue: 200)
        public static let noConsent = Cause(rawValue: 403)
        public static let noMedia = Cause(rawValue: 408)
        public static let doNotDisturb = Cause(rawValue: 480)
        public static let unknownCall = Cause(rawValue: 481)
        public static let busy = Cause(rawValue: 486)
        public static let unknownMode = Cause(rawValue: 488)
        public static let declined = Cause(rawValue: 603)
    }

    public var mid: UInt32
    public var id: CallID
    public var cause: Cause

    public init(mid: UInt32, id: CallID, cause: Cause) {
        self.mid = mid
        self.id = id
        self.cause = cause
    }
}

/// The sixteen bytes that name a call (a UUIDv7, RFC 9562 §5.7), ordered as bytes are.
public struct CallID: Hashable, Comparable, Sendable {
    /// The bytes as two big-endian halves.
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The reference that binds a stream to this call: the last eight bytes (protocol.md §2.4).
    public var reference: UInt64 { low }

    public static func < (left: CallID, right: CallID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension CallID {
    /// As RFC 9562 §4 writes it: 36 characters.
    public var text: String {
        var text = ""
        for (place, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(place) { text += "-" }
            let digits = String(byte, radix: 16)
            text += digits.utf8.count == 1 ? "0\(digits)" : digits
        }
        return text
    }

    private var bytes: [UInt8] {
        [high, low].flatMap { half in
            (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) }
        }
    }
}

extension CallID {
    /// Reads what `text` writes; nil for anything else.
    public init?(_ text: String) {
        var halves: [UInt64] = [0, 0]
        var digits = 0
        for (place, byte) in text.utf8.enumerated() {
            if [8, 13, 18, 23].contains(place) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let value: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            guard digits < 32 else { return nil }
            halves[digits / 16] = halves[digits / 16] << 4 | UInt64(value)
            digits += 1
        }
        guard digits == 32 else { return nil }
        self.init(high: halves[0], low: halves[1])
    }
}
