package import Config
internal import Files
package import HAL
package import Realtime
package import Station
package import Time

/// The sound cards, their mixers and the lines of this machine, for the control thread.
package struct Devices: ~Copyable {
    package var cards: Cards
    package var lines: Lines
    var speakerMixer = MixerWatch(.playback)
    var microphoneMixer = MixerWatch(.capture)
    /// The control of the speaker's card that lets nothing through; nil where none does.
    package var silentSpeaker: CardControl?
    /// The control of the microphone's card that lets nothing through; nil where none does.
    package var silentMicrophone: CardControl?
    /// The volumes last sent to the media loop.
    package private(set) var toldVolumes = MediaVolumes()
    /// Why microphone and speaker did not share one clock when both were last open.
    package var clocksApart: String?
    /// Why the note of the relays' lines could not be written; nil when it was.
    package private(set) var relayNoteError: SystemError?

    package init(_ config: Config) {
        cards = Cards(config.audio)
        lines = Lines(config)
    }

    /// When work is due next; nil if only another event can bring work.
    package func deadline(at now: Instant) -> Instant? {
        guard let cards = cards.deadline(at: now) else { return lines.deadline }
        return min(cards, lines.deadline ?? cards)
    }

    /// Sends the volumes to the media loop if they have changed.
    package mutating func tell(_ volumes: MediaVolumes, _ rings: Rings) {
        guard volumes != toldVolumes else { return }
        toldVolumes = volumes
        rings.tell(.volumes(volumes))
    }

    /// Notes the lines to be switched off should this process die.
    package mutating func noteRelays(_ config: Config) {
        relayNoteError = RelayNote.write(config.relays, in: config.paths.runtime)
        if let error = relayNoteError { Log.warning("\(Self.relayNoteFinding): \(error)") }
    }

    /// The risk when the note is not written.
    package static let relayNoteFinding = "a relay may stay on if the daemon dies"

    /// Lights the lamps by the facts of this moment.
    package mutating func show(_ facts: LampFacts, at now: Instant) {
        lines.show(at: now) { facts.pattern(for: $0) }
    }

    /// Darkens the lamps and switches the relays off, for good.
    package mutating func close(_ paths: Paths, at now: Instant) {
        lines.show(at: now) { _ in nil }
        // A later start must not drive lines that another program may have by then.
        if lines.stopRelays() { _ = RelayNote.write([], in: paths.runtime) }
    }
}

/// Cards and lines that the media loop hands back.
extension Devices {
    /// Closes or frees all that the media loop handed back.
    ///
    /// A device that comes back is not open any more. An event has reported that before, with the
    /// reason; but if its ring buffer was full, the device would never be opened again.
    ///
    /// - Returns: Whether the former settings have come back; the rest then waits until the caller
    ///   has noted that.
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

/// The mixers of both cards.
extension Devices {
    /// Follows both mixers, once a second.
    ///
    /// - Parameters:
    ///   - audio: The settings that name the controls.
    ///   - soundAt: When the microphone last gave more than a muted card gives; nil while its card
    ///     moves no sound.
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

    /// The facts from which to judge whether the microphone can give any sound.
    package func microphoneFacts(isMuted: Bool) -> MicrophoneWatch.Facts {
        MicrophoneWatch.Facts(
            isMuted: isMuted, isWanted: cards.input.isWanted, isOpen: cards.input.isOpen,
            isCardMuted: silentMicrophone != nil)
    }
}

/// The clocks of the sound cards.
extension Devices {
    /// The handling of the echo, and the reason.
    package func handsFree(_ audio: Config.Audio) -> HandsFree {
        HandsFree(audio, clocksApart: clocksApart)
    }

    /// Notes whether the cards share a clock, while both are open.
    package mutating func lookAtClocks(_ counters: CounterTable<MediaCount>) {
        if let clock = soundClock(counters) { clocksApart = clock.reason }
    }

    /// Decides whether to cancel the echo: a new card may change that, and so may the measured
    /// clocks.
    ///
    /// - Returns: The clock, if it changes the handling of the echo.
    package mutating func followClocks(
        _ audio: Config.Audio, _ counters: CounterTable<MediaCount>
    ) -> PCMClock? {
        guard audio.wantsEchoGone, let clock = soundClock(counters) else { return nil }
        let cancelled = handsFree(audio).cancelsEcho
        clocksApart = clock.reason
        return handsFree(audio).cancelsEcho == cancelled ? nil : clock
    }

    /// Whether microphone and speaker share one clock; nil unless both are open.
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

/// Watches the mixer of a card in one direction, while the card is open.
///
/// A person may turn it down, with another program or a knob, while this station runs.
struct MixerWatch: ~Copyable {
    /// How often a card without a mixer is asked for one.
    private static let retry = Duration.seconds(30)

    private let direction: PCMError.Direction
    private var mixer: CardMixer?
    private var device: DeviceName?
    private var due = Instant(nanoseconds: .min)
    private var opening: Background<CardMixer?>?
    /// The control named in the settings, in its present state.
    private(set) var chosen: CardControl?

    init(_ direction: PCMError.Direction) { self.direction = direction }

    /// Looks again; call it once a second.
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

/// Feeds the service manager's watchdog, but only while the media loop turns.
package struct Watchdog {
    private let isThere: Bool
    private var ticks: UInt64 = 0

    package init(isThere: Bool) { self.isThere = isThere }

    /// Feeds the watchdog, if the media loop has turned since the last time.
    ///
    /// Call it once a second.
    package mutating func feed(_ counters: CounterTable<MediaCount>) {
        let ticks = counters[.ticks]
        guard isThere, ticks != self.ticks else { return }
        self.ticks = ticks
        ServiceNotifier.watchdog()
    }
}

/// Decides when to retry an absent card or line: soon at first, then every two seconds, for ever.
///
/// Looking for an absent card or line costs well under a millisecond. A card that is plugged in
/// again must sound within 3 s: two to wait, one to open.
struct Backoff {
    static let first = Duration.milliseconds(500)
    static let last = Duration.seconds(2)

    /// A device that stays open for this long works.
    static let settled = Duration.seconds(10)

    private var wait = first
    private var opened: Instant?
    private(set) var due = Instant(nanoseconds: .min)

    func isDue(at now: Instant) -> Bool { now >= due }

    mutating func failed(at now: Instant) {
        due = now + wait
        wait = min(wait * 2, Self.last)
    }

    /// Notes that the device is open; it may still fail soon.
    mutating func succeeded(at now: Instant) {
        opened = now
        due = Instant(nanoseconds: .min)
    }

    /// Whether the device works, because it has been open for a while.
    func isSettled(at now: Instant) -> Bool { opened.map { now - $0 >= Self.settled } ?? false }

    /// Makes the next attempt due at once.
    mutating func skip(at now: Instant) { due = now }

    /// Notes that the device was just lost.
    ///
    /// A device that opens and fails at once, over and over, is retried as seldom as an absent one.
    mutating func lost(at now: Instant) {
        if isSettled(at: now) { wait = Self.first }
        failed(at: now)
    }
}
