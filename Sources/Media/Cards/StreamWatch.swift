internal import HAL
internal import Station
internal import Time

/// Watches whether a stream of a card moves sound, and decides when to close and reopen it.
///
/// Time counts only while the loop looks: a loop that was delayed has seen nothing.
package struct StreamWatch {
    /// How long a stream that has moved sound may stand still.
    static let silenceMax = Duration.milliseconds(500)
    /// Each reopening without success doubles that time, up to this.
    static let patienceMax = Duration.seconds(2)
    /// How long a card may take to its first sound: a Bluetooth headset may first have to be
    /// called, for which a controller takes up to 5.12 s (HCI, Page Timeout), and for some USB
    /// cards Linux waits 5 s for a valid clock (sound/usb/clock.c).
    static let firstSoundMax = Duration.seconds(6)
    /// The most time that counts between two looks; the loop's timer never exceeds it.
    static let lookMax = ClockMaster.guardInterval

    /// Whether the stream is suspended or stands still; until it moves sound again.
    private(set) var isStill = false
    private var silence = Duration.zero
    private var patience = silenceMax
    private var lookedAt: Instant?
    /// Whether the stream has moved sound since its last start.
    private var hasMoved = false
    /// How long this card took to its first sound at the last start; nil before its first sound.
    private var firstSound: Duration?

    /// Notes that the stream was started, perhaps again.
    mutating func begins() {
        silence = .zero
        lookedAt = nil
        hasMoved = false
    }

    /// Notes that the stream moved sound; true when it had stood still.
    mutating func progressed() -> Bool {
        if !hasMoved { firstSound = silence }
        hasMoved = true
        return moves()
    }

    private mutating func moves() -> Bool {
        silence = .zero
        patience = Self.silenceMax
        defer { isStill = false }
        return isStill
    }

    /// Notes that the card reports its suspension, so reopening would not help; true when this is
    /// new.
    mutating func suspended() -> Bool {
        silence = .zero
        defer { isStill = true }
        return !isStill
    }

    /// Notes that the stream is reopened together with the other direction of its card.
    mutating func stands() {
        begins()
        isStill = true
    }

    /// Notes that the stream need not move any more; true when it had stood still.
    mutating func ends() -> Bool {
        begins()
        return moves()
    }

    /// Forgets the card, which is gone; true when it had stood still.
    mutating func lose() -> Bool {
        firstSound = nil
        return ends()
    }

    /// Takes the time; true when a stream that should run has stood still for too long.
    mutating func update(at now: Instant, runs: Bool) -> Bool {
        guard runs else {
            begins()
            return false
        }
        if let lookedAt { silence += min(now - lookedAt, Self.lookMax) }
        lookedAt = now
        guard silence >= silenceAllowed else { return false }
        patience = min(patience * 2, Self.patienceMax)
        isStill = true
        begins()
        return true
    }

    private var silenceAllowed: Duration {
        if hasMoved { return Self.silenceMax }
        // A card that was slow at its first sound will be slow again.
        guard let firstSound else { return Self.firstSoundMax }
        return max(patience, min(firstSound, Self.firstSoundMax) * 2 + Self.lookMax)
    }
}

/// Watches whether each stream moves sound (`StreamWatch`).
extension CardPair {
    /// Forgets that a stream stood still: its card was stopped or is gone.
    mutating func forgetStillness(of direction: PCMError.Direction, isGone: Bool = false) {
        let wasStill = with(direction) { isGone ? $0.watch.lose() : $0.watch.ends() }
        if wasStill { rings.notify(.stream(direction, .over)) }
    }

    /// Notes that a card is suspended: its descriptors would wake the loop without end, or never.
    ///
    /// - Returns: Whether that is news.
    mutating func fellAsleep(_ direction: PCMError.Direction) -> Bool {
        let isNews = with(direction) { $0.watch.suspended() }
        if isNews { rings.notify(.stream(direction, .suspended)) }
        return isNews
    }

    /// Notes that a card moved sound: it is awake, and the loop was not woken in vain.
    mutating func moved(
        _ direction: PCMError.Direction, _ loop: borrowing EventLoop, at now: Instant
    ) {
        if master.source == .card(direction) { master.progressed(at: now) }
        guard with(direction, { $0.watch.progressed() }) else { return }
        rings.notify(.stream(direction, .moves))
        chooseMaster(loop, at: now)
    }

    /// The streams that should run, but move no sound and must be opened again.
    ///
    /// A linked pair is one stream to its driver. A speaker that ran dry has moved sound; it got no
    /// more because the microphone, which should have woken the loop, did not.
    mutating func streamsToReopen(
        at now: Instant, inPeriod: Bool
    ) -> (capture: Bool, playback: Bool) {
        if !inPeriod, master.source == .card(.capture), hasRunDry() {
            _ = playback.watch.progressed()
        }
        let isDeaf = capture.watch.update(at: now, runs: isCapturing && capture.isOpen)
        let isMute = playback.watch.update(at: now, runs: playback.isOpen)
        guard isDeaf || isMute, isLinked else { return (isDeaf, isMute) }
        if !isDeaf { capture.watch.stands() }
        if !isMute { playback.watch.stands() }
        return (true, true)
    }
}
