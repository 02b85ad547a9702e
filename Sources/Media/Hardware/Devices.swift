package import Config
internal import Files
package import HAL
internal import Realtime
package import Station
package import Time

/// The sound cards, their mixers and the lines of this machine, as the control thread has them.
package struct Devices: ~Copyable {
    /// What opened, or cannot be opened for a reason not told yet.
    package enum Change {
        case card(Cards.Change)
        case line(Lines.Change)
    }

    package var cards: Cards
    package var lines: Lines
    var speakerMixer = MixerWatch(.playback)
    var microphoneMixer = MixerWatch(.capture)
    /// The control of the speaker's card that lets nothing through; nil where none does.
    package var silentSpeaker: CardControl?
    /// That of the microphone's card.
    package var silentMicrophone: CardControl?
    /// The volumes that the media loop was given last.
    package private(set) var toldVolumes = MediaVolumes()
    /// Why microphone and speaker did not run by one clock when both were open last.
    package var clocksApart: String?
    /// Why the relays' lines could not be written down; nil when they are.
    package private(set) var relayNoteProblem: String?

    package init(_ config: Config) {
        cards = Cards(config.audio)
        lines = Lines(config)
    }

    /// When there is something to do next; nil: when something else happens.
    package func deadline(at now: Instant) -> Instant? {
        guard let cards = cards.deadline(at: now) else { return lines.deadline }
        return min(cards, lines.deadline ?? cards)
    }

    /// Opens the cards that are wanted and not open.
    package mutating func openCards(_ rings: Rings, at now: Instant) -> [Change] {
        var changes: [Change] = []
        cards.tick(at: now, rings) { changes.append(.card($0)) }
        return changes
    }

    /// Opens the lines that are wanted and not open.
    package mutating func openLines(_ rings: Rings, at now: Instant) -> [Change] {
        var changes: [Change] = []
        lines.tick(at: now, rings) { changes.append(.line($0)) }
        return changes
    }

    /// Tells the media loop the volumes, where they are others than before.
    package mutating func tell(_ volumes: MediaVolumes, _ rings: Rings) {
        guard volumes != toldVolumes else { return }
        toldVolumes = volumes
        rings.tell(.volumes(volumes))
    }

    /// Writes down the lines that are to be switched off should this process die.
    package mutating func noteRelays(_ config: Config) {
        relayNoteProblem = RelayNote.write(config.relays, in: config.paths.runtime).map {
            "a relay may stay on if the daemon dies: \($0)"
        }
        if let problem = relayNoteProblem { Log.warning(problem) }
    }

    /// Lights the lamps for what holds now.
    package mutating func show(_ facts: LampFacts, at now: Instant) {
        lines.show(at: now) { facts.pattern(for: LampShow($0)) }
    }

    /// Darkens the lamps and switches the relays off, for good.
    package mutating func close(_ paths: Paths, at now: Instant) {
        lines.show(at: now) { _ in nil }
        // A later start is not to drive lines that may be another program's by then.
        if lines.stopRelays() { _ = RelayNote.write([], in: paths.runtime) }
    }
}
