package import Time

/// Whether this station's own microphone gives anything: where it does not, its listeners hear
/// silence, and cannot know.
package struct MicrophoneWatch: Sendable {
    /// What it depends on.
    package struct Facts: Equatable, Sendable {
        let isMuted: Bool
        let isWanted: Bool
        let isOpen: Bool
        let isCardMuted: Bool

        /// - Parameters:
        ///   - isMuted: A person has muted the microphone.
        ///   - isWanted: There is to be a microphone.
        ///   - isOpen: Its card is open.
        ///   - isCardMuted: A control of its card lets nothing through.
        package init(isMuted: Bool, isWanted: Bool, isOpen: Bool, isCardMuted: Bool) {
            (self.isMuted, self.isWanted) = (isMuted, isWanted)
            (self.isOpen, self.isCardMuted) = (isOpen, isCardMuted)
        }
    }

    /// A microphone whose card is muted gives nothing for so long; an open one has a room's noise.
    ///
    /// It tells a control that is off from one that is off and not the microphone's own, such as
    /// that of an input that nobody uses.
    static let mutedMin = Duration.milliseconds(250)

    private var facts = Facts(isMuted: false, isWanted: false, isOpen: false, isCardMuted: false)
    private var soundAt: Instant?
    /// What the last look found.
    private var found: Obstacle?

    /// Whether the microphone gives as little as a control that is turned down lets through.
    ///
    /// - Parameters:
    ///   - isMuted: Whether the control is off; nil where it has no switch.
    ///   - soundAt: When more than a muted card gives came last; nil while the card is not read.
    ///   - now: The time.
    /// - Returns: Whether that control silences it.
    package static func isSilent(
        behind isMuted: Bool?, soundAt: Instant?, at now: Instant
    ) -> Bool {
        guard let soundAt else { return isMuted == true }
        return now - soundAt >= mutedMin
    }

    /// What it depends on has changed, or may have.
    ///
    /// - Parameters:
    ///   - facts: What holds now.
    ///   - soundAt: When more than a muted card gives came last.
    /// - Returns: Whether a person has muted it, or mutes it no more.
    mutating func update(_ facts: Facts, soundAt: Instant) -> Bool {
        defer { (self.facts, self.soundAt) = (facts, soundAt) }
        return facts.isMuted != self.facts.isMuted
    }

    /// Why nothing comes of the microphone; nil where sound does, as far as is known.
    func silence(isStill: Bool) -> Obstacle? {
        if facts.isMuted { return .microphoneMuted }
        guard facts.isWanted else { return nil }
        if !facts.isOpen || isStill { return .microphoneLost }
        return facts.isCardMuted ? .microphoneCardMuted : nil
    }

    /// Since when nothing comes of it, where its own sound tells that.
    func silentSince(isStill: Bool) -> Instant? {
        silence(isStill: isStill) == .microphoneCardMuted ? soundAt : nil
    }

    /// Looks again, once a second: a card that comes back at once was not away.
    ///
    /// - Returns: Whether it is another silence than at the look before, or none any more.
    mutating func check(isStill: Bool) -> Bool {
        let silence = silence(isStill: isStill)
        defer { found = silence }
        return silence != found
    }
}
