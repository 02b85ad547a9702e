internal import Time

/// The rights that peers have here at this moment.
///
/// A peer may open the microphone only where a beep or a lamp tells people in the room at once.
/// While it is open, the beep comes every ten seconds: a speaker that is away for less, such as a
/// USB card that was unplugged, ends nothing.
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

        /// Nothing could tell anybody.
        static let none = Signs(isSpeakerOpen: false, canBeep: false, hasTalkLamp: false)

        /// Whether people here would be told now, in the moment in which somebody listens.
        var tell: Bool { isSpeakerOpen && canBeep || hasTalkLamp }
    }

    static let speakerPatience = Duration.seconds(10)

    /// Whether people here want to be disturbed.
    var availability = Availability.open
    /// What could tell people when that was looked at last.
    package private(set) var signs = Signs.none
    /// When something could tell people last.
    private var toldAt = Instant(nanoseconds: .min / 2)

    /// Whether people here are told that somebody listens.
    package var tellsOfListeners: Bool { signs.tell }

    /// The rights that hold now, of those that peers have by the settings, in the order of their
    /// numbers.
    ///
    /// - Parameters:
    ///   - configured: The rights by the settings.
    ///   - signs: What could tell people.
    ///   - isHeard: Whether a peer hears the room unasked already, and people were told.
    ///   - now: The time.
    /// - Returns: Those that hold.
    mutating func policies(
        _ configured: [Policy], _ signs: Signs, isHeard: Bool, at now: Instant
    ) -> [Policy] {
        self.signs = signs
        if signs.tell { toldAt = now }
        let isPatient = isHeard && signs.canBeep && now - toldAt < Self.speakerPatience
        guard !signs.tell, !isPatient else { return configured }
        return configured.map { $0.withoutListeners }
    }
}
