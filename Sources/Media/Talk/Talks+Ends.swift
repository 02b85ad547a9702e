internal import Audio
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// The ends of talkspurts, and SPURT_END to their listeners.
extension Talks {
    /// Sends SPURT_END three times, 20 ms apart: the last audio packet may have been lost.
    mutating func sendEnds(
        _ plan: borrowing MediaPlan, by socket: inout DataSocket, at now: Instant
    ) {
        for target in spurts.indices {
            guard spurts[target].endsLeft > 0, now >= spurts[target].nextEnd else { continue }
            spurts[target].endsLeft -= 1
            spurts[target].nextEnd = now + SentTalkspurt.endInterval
            sendEnd(of: target, to: spurts[target].listeners, plan, by: &socket, at: now)
        }
    }

    mutating func sendEnd(
        of target: Int, to listeners: PeerSet, _ plan: borrowing MediaPlan,
        by socket: inout DataSocket, at now: Instant
    ) {
        let end = SpurtEnd(stream: plan.targets[target].stream, last: spurts[target].lastSequence)
        socket.send(.spurtEnd(end), to: listeners, at: now)
    }

    /// Sets the listeners of an aimed target, by its `id`.
    ///
    /// For a listener added in the middle of a talkspurt, the talkspurt begins there; a listener
    /// that is removed gets a SPURT_END.
    mutating func aim(
        _ id: Int, at listeners: PeerSet, _ plan: borrowing MediaPlan,
        by socket: inout DataSocket, at now: Instant
    ) {
        guard let target = plan.targets.firstIndex(where: { $0.id == id && $0.isAimed }) else {
            return
        }
        let gone = spurts[target].listeners.subtracting(listeners)
        spurts[target].listeners = listeners
        guard spurts[target].isTalking || spurts[target].endsLeft > 0 else { return }
        if spurts[target].packets > 0 {
            sendEnd(of: target, to: gone, plan, by: &socket, at: now)
        }
        isFrameSizeDue = true
    }
}

/// Paces the frames of an announcement: one for each frame time, by the card that wakes the loop,
/// as with the frames of talk.
struct FramePace {
    /// The most frames sent late, after the loop stood still.
    private static let late = 4
    /// The same in samples, at least: cards move 20 ms at once, some of them 40 ms.
    private static let lateLeast = 40 * 48

    /// Samples that are due.
    private var credit = 0
    /// The moment up to which time has been turned into samples.
    private var pacedAt: Instant

    init(at now: Instant = Instant(nanoseconds: 0)) { pacedAt = now }

    /// Makes so many samples due.
    mutating func begin(ahead samples: Int) { credit = samples }

    /// Notes that the card has moved samples: as many more are due.
    mutating func earn(_ samples: Int, frameSamples frame: Int) {
        credit = min(credit + samples, max(Self.late * frame, Self.lateLeast))
    }

    /// Takes one frame, if it is due.
    mutating func take(frameSamples frame: Int) -> Bool {
        guard credit >= frame else { return false }
        credit -= frame
        return true
    }

    /// Samples that have become due by time alone since the last call.
    mutating func samplesDue(at now: Instant) -> Int {
        let samples = PCM.samples(in: now - pacedAt)
        pacedAt = pacedAt + PCM.duration(of: samples)
        return Int(samples)
    }
}
