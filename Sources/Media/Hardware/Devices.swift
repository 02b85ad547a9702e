package import Config
internal import Files
package import HAL
package import Realtime
package import Station
package import Time

/// The sound cards, their mixers and the lines of this machine, as the control thread has them.
package struct Devices: ~Copyable {
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
    package private(set) var relayNoteError: SystemError?

    package init(_ config: Config) {
        cards = Cards(config.audio)
        lines = Lines(config)
    }

    /// When there is something to do next; nil: when something else happens.
    package func deadline(at now: Instant) -> Instant? {
        guard let cards = cards.deadline(at: now) else { return lines.deadline }
        return min(cards, lines.deadline ?? cards)
    }

    /// Tells the media loop the volumes, where they are others than before.
    package mutating func tell(_ volumes: MediaVolumes, _ rings: Rings) {
        guard volumes != toldVolumes else { return }
        toldVolumes = volumes
        rings.tell(.volumes(volumes))
    }

    /// Writes down the lines that are to be switched off should this process die.
    package mutating func noteRelays(_ config: Config) {
        relayNoteError = RelayNote.write(config.relays, in: config.paths.runtime)
        if let error = relayNoteError { Log.warning("\(Self.relayNoteFinding): \(error)") }
    }

    /// What may come of a note that is not written.
    package static let relayNoteFinding = "a relay may stay on if the daemon dies"

    /// Lights the lamps for what holds now.
    package mutating func show(_ facts: LampFacts, at now: Instant) {
        lines.show(at: now) { facts.pattern(for: $0) }
    }

    /// Darkens the lamps and switches the relays off, for good.
    package mutating func close(_ paths: Paths, at now: Instant) {
        lines.show(at: now) { _ in nil }
        // A later start is not to drive lines that may be another program's by then.
        if lines.stopRelays() { _ = RelayNote.write([], in: paths.runtime) }
    }
}

/// Cards and lines that the media loop hands back.
extension Devices {
    /// Ends what the media loop handed back.
    ///
    /// A device that comes back is not open any more. The event says so first, and why; but that
    /// ring may have been full, and nobody would open the device again.
    ///
    /// - Returns: whether the settings before have come back: the rest waits until the caller has
    ///   taken note of it.
    package mutating func takeReturns(_ rings: Rings, at now: Instant) -> Bool {
        while let returned = rings.returns.pop() {
            switch consume returned {
            case .session: break
            case .announcement: break
            case .utterance: break
            case .change: return true
            case .card(let pcm): cards.close(pcm, at: now)
            case .key(let line): lines.returned(line.name, at: now)
            }
        }
        return false
    }
}

/// What the mixers of both cards let through.
extension Devices {
    /// Follows both mixers, once a second.
    ///
    /// - Parameters:
    ///   - audio: Which controls are meant.
    ///   - soundAt: When more than a muted card gives came of the microphone last; nil while its
    ///     card moves no sound.
    ///   - now: The time.
    package mutating func followMixers(_ audio: Config.Audio, soundAt: Instant?, at now: Instant) {
        silentSpeaker = speakerMixer.update(cards.output, audio.mixerOutput, at: now)
        let control = microphoneMixer.update(cards.input, audio.mixerInput, at: now)
        if let found = speakerMixer.chosen { cards.set(found, .playback, at: now) }
        if let found = microphoneMixer.chosen { cards.set(found, .capture, at: now) }
        silentMicrophone = control.flatMap {
            MicrophoneWatch.isSilent(behind: $0.isMuted, soundAt: soundAt, at: now) ? $0 : nil
        }
    }

    /// Whether anything can come of the microphone, as far as its card is concerned.
    package func microphoneFacts(isMuted: Bool) -> MicrophoneWatch.Facts {
        MicrophoneWatch.Facts(
            isMuted: isMuted, isWanted: cards.input.isWanted, isOpen: cards.input.isOpen,
            isCardMuted: silentMicrophone != nil)
    }
}

/// What is known of the clocks of the sound cards.
extension Devices {
    /// What is done about the echo, and why.
    package func handsFree(_ audio: Config.Audio) -> HandsFree {
        HandsFree(audio, clocksApart: clocksApart)
    }

    /// Takes note of the clocks, where both cards are open.
    package mutating func lookAtClocks(_ counters: CounterTable<MediaCount>) {
        if let clock = soundClock(counters) { clocksApart = clock.reason }
    }

    /// Cancels the echo where that is wished and can be done: a card that comes may change that,
    /// and so may what is measured.
    ///
    /// - Returns: The clock, where it changes what is done about the echo.
    package mutating func followClocks(
        _ audio: Config.Audio, _ counters: CounterTable<MediaCount>
    ) -> PCMClock? {
        guard audio.wantsEchoGone, let clock = soundClock(counters) else { return nil }
        let cancelled = handsFree(audio).cancelsEcho
        clocksApart = clock.reason
        return handsFree(audio).cancelsEcho == cancelled ? nil : clock
    }

    /// Whether microphone and speaker run by one clock; nil while they are not both open.
    package func soundClock(_ counters: CounterTable<MediaCount>) -> PCMClock? {
        guard let capture = Self.side(cards.input), let playback = Self.side(cards.output)
        else { return nil }
        return PCMClock(
            capture, CardClock.told(counters[.captureDrift], counters[.captureDriftError]),
            playback, CardClock.told(counters[.playbackDrift], counters[.playbackDriftError]))
    }

    private static func side(_ side: Cards.Side) -> PCMClock.Side? {
        guard side.isOpen, let route = side.route else { return nil }
        return PCMClock.Side(name: side.shown, route: route)
    }
}

/// What a card's mixer lets through in one direction, followed while the card is open.
///
/// Anybody may turn it down, by another program or a knob, while this station goes on.
struct MixerWatch: ~Copyable {
    /// A card without a mixer is not asked for one every second.
    private static let retry = Duration.seconds(30)

    private let direction: PCMError.Direction
    private var mixer: CardMixer?
    private var device: DeviceName?
    private var due = Instant(nanoseconds: .min)
    private var opening: Background<CardMixer?>?
    /// The control that the settings set, as it is now.
    private(set) var chosen: CardControl?

    init(_ direction: PCMError.Direction) { self.direction = direction }

    /// Looks again, once a second.
    ///
    /// - Returns: the control that lets nothing through; nil where none does.
    mutating func update(_ side: Cards.Side, _ control: String?, at now: Instant) -> CardControl? {
        chosen = nil
        let present = side.isOpen ? side.name : nil
        if device != present {
            mixer = nil
            opening = nil
            device = present
            due = now
        }
        guard let name = present?.pcm else { return nil }
        open(name, at: now)
        guard let controls = mixer?.controls(direction) else {
            mixer = nil
            return nil
        }
        chosen = CardControl.chosen(among: controls, control, direction)
        return CardControl.silencing(controls, control, direction)
    }

    private mutating func open(_ name: PCMName, at now: Instant) {
        if let opened = opening?.take() {
            opening = nil
            mixer = consume opened
            PCMCard.forgetSettings()
        }
        if mixer != nil || opening != nil || now < due { return }
        due = now + Self.retry
        opening = Background { [direction] in CardMixer(of: name, direction) }
    }
}

/// The service manager's watchdog, fed only while the media loop turns.
package struct Watchdog {
    private let isThere: Bool
    private var ticks: UInt64 = 0

    package init(isThere: Bool) { self.isThere = isThere }

    /// Feeds it, if the media loop has turned since it was fed last.
    ///
    /// Once a second.
    package mutating func feed(_ counters: CounterTable<MediaCount>) {
        let ticks = counters[.ticks]
        guard isThere, ticks != self.ticks else { return }
        self.ticks = ticks
        ServiceNotifier.watchdog()
    }
}

/// When to try again what is not there: soon at first, then every two seconds, for ever.
///
/// Looking for a card or a line that is absent costs well under a millisecond, and what was plugged
/// in again is to sound within 3 s: two of waiting, one to open.
struct Backoff {
    static let first = Duration.milliseconds(500)
    static let last = Duration.seconds(2)

    /// Open for so long, a device is one that works.
    static let settled = Duration.seconds(10)

    private var wait = first
    private var opened: Instant?
    private(set) var due = Instant(nanoseconds: .min)

    func isDue(at now: Instant) -> Bool { now >= due }

    mutating func failed(at now: Instant) {
        due = now + wait
        wait = min(wait * 2, Self.last)
    }

    /// The device is open; whether it stays so is still to be seen.
    mutating func succeeded(at now: Instant) {
        opened = now
        due = Instant(nanoseconds: .min)
    }

    /// Whether the device works, as it has been open for a while.
    func isSettled(at now: Instant) -> Bool { opened.map { now - $0 >= Self.settled } ?? false }

    /// The next attempt is due at once.
    mutating func skip(at now: Instant) { due = now }

    /// The device was lost just now.
    ///
    /// One that opens and fails at once, over and over, is tried as seldom as one not there.
    mutating func lost(at now: Instant) {
        if isSettled(at: now) { wait = Self.first }
        failed(at: now)
    }
}
