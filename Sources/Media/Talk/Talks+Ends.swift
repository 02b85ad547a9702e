internal import Audio
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// The ends of talkspurts, and the listeners that are told of them.
extension Talks {
    /// SPURT_END, three times 20 ms apart: the last audio packet may have been lost.
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

    /// Sets the listeners of an aimed target, which is named by its `id`.
    ///
    /// For a listener that comes in the middle of a talkspurt it begins there; one that goes is
    /// told that it is over.
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

/// The moments at which frames are due that no microphone brings, those of an announcement: one
/// each frame time, by the card that wakes the loop, as those of talk are.
struct FramePace {
    /// Frames made up for at most, after the loop stood still.
    private static let late = 4
    /// At least so many samples: cards bring 20 ms at once, and some of them twice that.
    private static let lateLeast = 40 * 48

    /// Samples that are due.
    private var credit = 0
    /// Until when time has been turned into samples.
    private var pacedAt: Instant

    init(at now: Instant = Instant(nanoseconds: 0)) { pacedAt = now }

    /// Makes so many samples due.
    mutating func begin(ahead samples: Int) { credit = samples }

    /// The card has moved so many samples.
    mutating func earn(_ samples: Int, frameSamples frame: Int) {
        credit = min(credit + samples, max(Self.late * frame, Self.lateLeast))
    }

    /// Takes one that is due.
    mutating func take(frameSamples frame: Int) -> Bool {
        guard credit >= frame else { return false }
        credit -= frame
        return true
    }

    /// Samples that have become due by time alone since this was asked last.
    mutating func samplesDue(at now: Instant) -> Int {
        let samples = PCM.samples(in: now - pacedAt)
        pacedAt = pacedAt + PCM.duration(of: samples)
        return Int(samples)
    }
}
