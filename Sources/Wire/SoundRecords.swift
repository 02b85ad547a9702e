/// How a peer's audio arrives here, reported to the peer once a second (REPORT, protocol.md §2.4).
///
/// All values saturate.
public struct Report: Equatable, Sendable {
    public var stream: UInt8
    /// The newest frame number that has arrived.
    public var highest: UInt16
    /// The share of packets lost in the last 2 s, before repair, in 1/256.
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
        /// The sender records the talk (`recordings`).
        public static let record = Purpose(rawValue: 3)
        /// The number has no meaning, and its sound is not heard.
        public static let none = Purpose(rawValue: 255)
    }

    /// Numbers above those of sound: a recording of the talk in which the sender's stream has 32
    /// less.
    public static let recordings: Range<UInt8> = 32..<64

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

/// The rank of a sound: a sound of higher rank may be heard in place of others.
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

/// Whether a peer's sound is heard here, reported to the peer (HEARD, protocol.md §2.4).
///
/// REPORT counts the sound that has arrived. HEARD says how much of that sound came out of a
/// speaker, and why the rest did not.
public struct Heard: Equatable, Sendable {
    public var stream: UInt8
    /// The share of the sound played since the last REPORT that was heard, in 1/255.
    public var share: UInt8
    /// Why the rest, or the sound playing now, is not heard.
    public var why: Unheard
    /// The sound played; nil in a record about this moment only, and from a program that does
    /// not report it.
    public var played: Played?

    /// Milliseconds of the talker's own sound that were played, without concealment.
    public struct Played: Equatable, Sendable {
        /// Since the last REPORT.
        public var ms: UInt16
        /// Since either station started, modulo 2^16: makes up for a lost REPORT.
        public var total: UInt16

        public init(ms: UInt16, total: UInt16) {
            self.ms = ms
            self.total = total
        }
    }

    public init(stream: UInt8, share: UInt8, why: Unheard, played: Played? = nil) {
        self.stream = stream
        self.share = share
        self.why = why
        self.played = played
    }
}

/// Why sound that has arrived is not heard; a value from a newer station is kept.
public struct Unheard: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The sound is heard.
    public static let heard = Unheard(rawValue: 0)
    /// No speaker is configured.
    public static let noOutput = Unheard(rawValue: 1)
    /// The speaker's card is not there, or cannot be opened.
    public static let outputLost = Unheard(rawValue: 2)
    /// The speaker's card accepts no sound.
    public static let outputStill = Unheard(rawValue: 3)
    /// The card's own mixer is muted or at 0.
    public static let cardMuted = Unheard(rawValue: 4)
    /// A person has muted the speaker.
    public static let speakerMuted = Unheard(rawValue: 5)
    /// The volume is 0, or too low to hear anything.
    public static let volume = Unheard(rawValue: 6)
    /// The microphone is open there, and half duplex holds the speaker down.
    public static let heldDown = Unheard(rawValue: 7)
    /// This talker, or its channel, is muted or turned far down there.
    public static let turnedDown = Unheard(rawValue: 8)
    /// Another sound of higher priority is heard there.
    public static let outranked = Unheard(rawValue: 9)
    /// The channel exists there, but the station does not listen to it.
    public static let notListening = Unheard(rawValue: 10)
    /// The channel does not exist there, or the talker is no member of it: the talker must not
    /// learn which.
    public static let notMember = Unheard(rawValue: 11)
    public static let doNotDisturb = Unheard(rawValue: 12)
    /// The policy there does not allow it.
    public static let denied = Unheard(rawValue: 13)
    /// The page or call that it belonged to is over there.
    public static let over = Unheard(rawValue: 14)
    /// More talkers at once than the station mixes.
    public static let tooMany = Unheard(rawValue: 15)
}
