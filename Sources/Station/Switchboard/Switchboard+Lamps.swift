/// What the lamps show.
extension Switchboard {
    /// All that the lamps may show now.
    ///
    /// - Parameters:
    ///   - isListening: Speech in this room may open the microphone.
    ///   - hasFault: A card, a line or anything else of this station does not work.
    /// - Returns: The facts from which the pattern of each lamp follows.
    package func lamps(isListening: Bool, hasFault: Bool) -> LampFacts {
        var facts = LampFacts()
        facts.isTalking = openTalks.isAny
        facts.isUnheard = ownTalks.isTalkingToNobody(openTalks.targets)
        facts.isReceiving = voices.isAny
        facts.isListening = isListening
        facts.isRinging = station.call?.state == .ringing
        facts.hasMissed = callDesk.hasMissed
        facts.isCalled = callLight.isLit
        facts.isResting = consent.availability == .doNotDisturb
        facts.hasFault = hasFault
        facts.isUnpaired = peers.isEmpty
        return facts
    }
}
