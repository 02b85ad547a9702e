internal import Station
package import Time

/// The rights that peers have here at this moment.
///
/// A peer may open the microphone only where a beep or a lamp tells people in the room. A speaker
/// that is away for a few seconds, such as a USB card that was unplugged, takes no right away: the
/// beep comes every ten seconds.
package struct Consent: Sendable {
    /// What could tell people here that somebody listens.
    package struct Signs: Equatable, Sendable {
        let isSpeakerOpen: Bool
        let canBeep: Bool
        let hasTalkLamp: Bool

        /// - Parameters:
        ///   - isSpeakerOpen: The speaker plays now.
        ///   - canBeep: There is to be a speaker, and it is to be heard.
        ///   - hasTalkLamp: A lamp that shows an open microphone can be lit.
        package init(isSpeakerOpen: Bool, canBeep: Bool, hasTalkLamp: Bool) {
            (self.isSpeakerOpen, self.canBeep) = (isSpeakerOpen, canBeep)
            self.hasTalkLamp = hasTalkLamp
        }
    }

    static let speakerPatience = Duration.seconds(10)

    /// Whether people here want to be disturbed.
    var availability = Availability.open
    /// When the speaker was open last, or the station began.
    private var speakerSeen: Instant

    init(at now: Instant) { speakerSeen = now }

    /// Whether people here are told that somebody listens.
    package func tellsOfListeners(_ signs: Signs, at now: Instant) -> Bool {
        signs.canBeep && now - speakerSeen < Self.speakerPatience || signs.hasTalkLamp
    }

    /// Of the rights that peers have by the settings, in the order of their numbers, those that
    /// hold now.
    mutating func policies(
        _ configured: [Policy], _ signs: Signs, at now: Instant
    ) -> [Policy] {
        if signs.isSpeakerOpen { speakerSeen = now }
        guard !tellsOfListeners(signs, at: now) else { return configured }
        return configured.map { $0.withoutListeners }
    }
}
