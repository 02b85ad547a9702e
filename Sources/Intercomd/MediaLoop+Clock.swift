internal import HAL
internal import Time

/// Which descriptor wakes the loop: capture if it runs, else playback, else the timer.
///
/// Only the master's descriptors are armed: a card that is not served would wake the loop without
/// end. More than `wakesMax` wakes a period in which no sound moves are a fault of the card or its
/// driver; the timer then takes over until the card is opened again.
struct ClockMaster {
    enum Source: Equatable { case capture, playback, timer }

    static let wakesMax = 4

    var source = Source.timer
    /// Set by a fault: the timer wakes the loop although a card is open.
    var isDistrusted = false
    private(set) var armed = 0
    private var descriptors = InlineArray<8, Int32>(repeating: -1)
    private var idleWakes = 0
    private var idleSince = Instant(nanoseconds: 0)

    mutating func progress(_ samples: Int, at now: Instant) {
        idleWakes = 0
        idleSince = now
    }

    /// Counts a wake by the card; true when it has woken the loop too often for nothing.
    mutating func wokeInVain(at now: Instant, period: Int64) -> Bool {
        if (now - idleSince).nanoseconds > period {
            idleSince = now
            idleWakes = 0
        }
        idleWakes += 1
        return idleWakes > Self.wakesMax
    }

    mutating func remember(_ fd: Int32) {
        guard armed < Token.cardDescriptorsMax else { return }
        descriptors[armed] = fd
        armed += 1
    }

    mutating func disarm(in loop: borrowing EventLoop) {
        for place in 0..<armed { try? loop.remove(fd: descriptors[place]) }
        armed = 0
    }
}

extension MediaLoop {
    mutating func takeCapture(_ pcm: consuming CapturePCM) {
        giveUpCapture()
        capture = consume pcm
        clock.isDistrusted = false
        microphone.breakOff()
        if plan.prerollFrames > 0 || isTalking { startCapture() }
        chooseMaster()
        for target in spurts.indices { updateGate(target) }
    }

    mutating func takePlayback(_ pcm: consuming PlaybackPCM) {
        giveUpPlayback()
        playback = consume pcm
        clock.isDistrusted = false
        if let error = playback!.start() {
            giveUpPlayback()
            tell(.playbackFailed(error))
        }
        chooseMaster()
    }
}
