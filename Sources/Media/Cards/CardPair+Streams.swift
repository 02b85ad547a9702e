internal import HAL
internal import Time

/// Whether each stream moves sound as it should (`StreamWatch`).
extension CardPair {
    /// A card that is stopped or gone need not move.
    mutating func forgetStillness(of direction: PCMError.Direction, isGone: Bool = false) {
        let wasStill =
            switch direction {
            case .capture: isGone ? clock.capture.lose() : clock.capture.ends()
            case .playback: isGone ? clock.playback.lose() : clock.playback.ends()
            }
        if wasStill { rings.notify(.stream(direction, .over)) }
    }

    /// The card is suspended: its descriptors would wake the loop without end, or never.
    ///
    /// - Returns: Whether that is news.
    mutating func fellAsleep(_ direction: PCMError.Direction) -> Bool {
        let isNews =
            switch direction {
            case .capture: clock.capture.suspended()
            case .playback: clock.playback.suspended()
            }
        if isNews { rings.notify(.stream(direction, .suspended)) }
        return isNews
    }

    /// The card moved sound: it is awake, and the loop was not woken in vain.
    mutating func moved(
        _ direction: PCMError.Direction, _ loop: borrowing EventLoop, at now: Instant
    ) {
        let wasStill: Bool
        switch direction {
        case .capture:
            if clock.source == .capture { clock.progressed(at: now) }
            wasStill = clock.capture.progressed()
        case .playback:
            if clock.source == .playback { clock.progressed(at: now) }
            wasStill = clock.playback.progressed()
        }
        guard wasStill else { return }
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
        if !inPeriod, clock.source == .capture, hasRunDry() { _ = clock.playback.progressed() }
        let capture = clock.capture.update(at: now, runs: isCapturing && hasCapture)
        let playback = clock.playback.update(at: now, runs: hasPlayback)
        guard capture || playback, isLinked else { return (capture, playback) }
        if !capture { clock.capture.stands() }
        if !playback { clock.playback.stands() }
        return (true, true)
    }
}
