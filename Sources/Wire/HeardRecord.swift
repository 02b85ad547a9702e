/// Whether a peer's sound is heard here, reported to the peer (HEARD, protocol.md §2.4).
///
/// REPORT tells how much has arrived. HEARD tells how much of that came out of a speaker, and why
/// the rest did not.
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

    /// It is heard.
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
