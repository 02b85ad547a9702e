/// Whether a peer's sound is heard here, told to it (HEARD, protocol.md §2.4).
///
/// REPORT says what has arrived. This says what of it came out of a speaker, and if not, why.
public struct Heard: Equatable, Sendable {
    public var stream: UInt8
    /// The share that was heard of what was played since the last REPORT, in 1/255.
    public var share: UInt8
    /// Why the rest, or what is played at this moment, is not heard.
    public var why: Unheard
    /// How much was played; nil where only this moment is told, and of a program that does not say.
    public var played: Played?

    /// Milliseconds of what was said that were played, nothing of them invented.
    public struct Played: Equatable, Sendable {
        /// Since the last REPORT.
        public var ms: UInt16
        /// Since either station started, modulo 2^16: it makes up for a lost REPORT.
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

/// What keeps sound that has arrived from being heard; a value from a newer station is kept.
public struct Unheard: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Nothing does.
    public static let heard = Unheard(rawValue: 0)
    /// No speaker is configured.
    public static let noOutput = Unheard(rawValue: 1)
    /// The speaker's card is not there, or cannot be opened.
    public static let outputLost = Unheard(rawValue: 2)
    /// The speaker's card takes no sound.
    public static let outputStill = Unheard(rawValue: 3)
    /// The card's own mixer is muted or at 0.
    public static let cardMuted = Unheard(rawValue: 4)
    /// A person has muted the speaker.
    public static let speakerMuted = Unheard(rawValue: 5)
    /// The volume is at 0, or so low that nothing is heard.
    public static let volume = Unheard(rawValue: 6)
    /// The microphone is open there, and half duplex holds the speaker down.
    public static let heldDown = Unheard(rawValue: 7)
    /// This talker, or its channel, is muted or far down there.
    public static let turnedDown = Unheard(rawValue: 8)
    /// Another sound of higher priority is heard there.
    public static let outranked = Unheard(rawValue: 9)
    /// The channel is known there, and not listened to.
    public static let notListening = Unheard(rawValue: 10)
    /// The channel is not known there, or the talker is no member of it: a talker need not learn
    /// which.
    public static let notMember = Unheard(rawValue: 11)
    public static let doNotDisturb = Unheard(rawValue: 12)
    /// The policy there does not admit it.
    public static let denied = Unheard(rawValue: 13)
    /// What it belonged to, a page or a call, is over there.
    public static let over = Unheard(rawValue: 14)
    /// More talk at once than are mixed there.
    public static let tooMany = Unheard(rawValue: 15)
}
