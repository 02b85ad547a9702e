package import Time

/// Whether this station's microphone gives sound: where it gives none, the listeners hear silence
/// and cannot know why.
package struct MicrophoneWatch: Sendable {
    /// The facts that the microphone's sound depends on.
    package struct Facts: Equatable, Sendable {
        let isMuted: Bool
        let isWanted: Bool
        let isOpen: Bool
        let isCardMuted: Bool

        /// - Parameters:
        ///   - isMuted: A person has muted the microphone.
        ///   - isWanted: The settings have a microphone.
        ///   - isOpen: The microphone's card is open.
        ///   - isCardMuted: A control of the card lets nothing through.
        package init(isMuted: Bool, isWanted: Bool, isOpen: Bool, isCardMuted: Bool) {
            (self.isMuted, self.isWanted) = (isMuted, isWanted)
            (self.isOpen, self.isCardMuted) = (isOpen, isCardMuted)
        }
    }

    /// A microphone whose card is muted gives nothing for this long; an open one gives a room's
    /// noise.
    ///
    /// The silence shows that a control that is off is the microphone's own, and not that of an
    /// unused input.
    static let mutedMin = Duration.milliseconds(250)

    private var facts = Facts(isMuted: false, isWanted: false, isOpen: false, isCardMuted: false)
    private var soundAt: Instant?
    /// The finding of the last look.
    private var found: Obstacle?

    /// Returns whether the microphone is as silent as behind a control that is turned down.
    ///
    /// - Parameters:
    ///   - isMuted: Whether the control is off; nil where it has no switch.
    ///   - soundAt: When the sound last exceeded a muted card's; nil while the card is not read.
    ///   - now: The time.
    /// - Returns: Whether the control silences the microphone.
    package static func isSilent(
        behind isMuted: Bool?, soundAt: Instant?, at now: Instant
    ) -> Bool {
        guard let soundAt else { return isMuted == true }
        return now - soundAt >= mutedMin
    }

    /// Takes the facts, which may have changed.
    ///
    /// - facts: The present facts.
    ///   - soundAt: When the sound last exceeded a muted card's.
    ///   - soundAt: When more than a muted card gives came last.
    /// - Returns: Whether a person has muted the microphone, or unmuted it.
    mutating func update(_ facts: Facts, soundAt: Instant) -> Bool {
        defer { (self.facts, self.soundAt) = (facts, soundAt) }
        return facts.isMuted != self.facts.isMuted
    }

    /// Returns why the microphone gives nothing; nil where it gives sound, as far as is known.
    func silence(isStill: Bool) -> Obstacle? {
        if facts.isMuted { return .microphoneMuted }
        guard facts.isWanted else { return nil }
        if !facts.isOpen || isStill { return .microphoneLost }
        return facts.isCardMuted ? .microphoneCardMuted : nil
    }

    /// Returns when the microphone fell silent, where its own sound shows that.
    func silentSince(isStill: Bool) -> Instant? {
        silence(isStill: isStill) == .microphoneCardMuted ? soundAt : nil
    }

    /// Looks again, once a second: a card that comes back at once was not away.
    ///
    /// - Returns: Whether the cause of silence has changed since the last look, or is gone.
    mutating func check(isStill: Bool) -> Bool {
        let silence = silence(isStill: isStill)
        defer { found = silence }
        return silence != found
    }
}
