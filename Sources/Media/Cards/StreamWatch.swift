internal import HAL
internal import Station
internal import Time

/// Whether one direction of a card moves sound as it should, and when a stream that does not is to
/// be closed and opened again.
///
/// Only time in which the loop looked counts: a loop that was held up has seen nothing.
package struct StreamWatch {
    /// A stream that has moved sound may stand still for so long.
    static let silenceMax = Duration.milliseconds(500)
    /// One that was opened again in vain is given twice as long each time, but no more than this.
    static let patienceMax = Duration.seconds(2)
    /// A card that has not moved any since it was found is given so long: a Bluetooth headset may
    /// first have to be called, for which a controller takes up to 5.12 s (HCI, Page Timeout), and
    /// of some USB cards Linux awaits a valid clock for 5 s (sound/usb/clock.c).
    static let firstSoundMax = Duration.seconds(6)
    /// The most time that counts between two looks; the loop's timer never exceeds it.
    static let lookMax = ClockMaster.guardInterval

    /// Suspended, or not moving: until it moves sound again.
    private(set) var isStill = false
    private var silence = Duration.zero
    private var patience = silenceMax
    private var lookedAt: Instant?
    /// Whether it has moved sound since it was started last.
    private var hasMoved = false
    /// How long this card took to its first sound when it was started before; nil while it has not
    /// moved any.
    private var firstSound: Duration?

    /// The stream was started, perhaps anew.
    mutating func begins() {
        silence = .zero
        lookedAt = nil
        hasMoved = false
    }

    /// It moved sound; true when it had stood still.
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

    /// The card says that it is suspended, so there is nothing to open again; true when it did not
    /// say so before.
    mutating func suspended() -> Bool {
        silence = .zero
        defer { isStill = true }
        return !isStill
    }

    /// It was taken along when the other direction of its card was opened again.
    mutating func stands() {
        begins()
        isStill = true
    }

    /// It need not move any more; true when it had stood still.
    mutating func ends() -> Bool {
        begins()
        return moves()
    }

    /// The card is gone, and nothing is known of the next one; true when it had stood still.
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
        // A card that was slow to begin will be so again.
        guard let firstSound else { return Self.firstSoundMax }
        return max(patience, min(firstSound, Self.firstSoundMax) * 2 + Self.lookMax)
    }
}

/// Whether each stream moves sound as it should (`StreamWatch`).
extension CardPair {
    /// A card that is stopped or gone need not move.
    mutating func forgetStillness(of direction: PCMError.Direction, isGone: Bool = false) {
        let wasStill = with(direction) { isGone ? $0.watch.lose() : $0.watch.ends() }
        if wasStill { rings.notify(.stream(direction, .over)) }
    }

    /// The card is suspended: its descriptors would wake the loop without end, or never.
    ///
    /// - Returns: Whether that is news.
    mutating func fellAsleep(_ direction: PCMError.Direction) -> Bool {
        let isNews = with(direction) { $0.watch.suspended() }
        if isNews { rings.notify(.stream(direction, .suspended)) }
        return isNews
    }

    /// The card moved sound: it is awake, and the loop was not woken in vain.
    mutating func moved(
        _ direction: PCMError.Direction, _ loop: borrowing EventLoop, at now: Instant
    ) {
        if master.source == .card(direction) { master.progressed(at: now) }
        guard with(direction, { $0.watch.progressed() }) else { return }
        rings.notify(.stream(direction, .moves))
        chooseMaster(loop, at: now)
    }

    /// Which streams that should run move no sound, and are to be opened again.
    ///
    /// A linked pair is one stream to its driver. A speaker that ran dry has moved sound, and got
    /// no more because the microphone, which was to wake the loop for it, did not.
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
