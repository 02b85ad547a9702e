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

    /// A talkspurt is over: its listeners are to be told, in a way that hides it where that is
    /// wanted.
    mutating func oweEnds(of target: Int, _ plan: borrowing MediaPlan, at now: Instant) {
        guard plan.cover == .spurt, spurts[target].packets > 0 else {
            return spurts[target].oweEnds(at: now)
        }
        spurts[target].tail.begin(
            to: spurts[target].listeners, frame: plan.sound.frameNanoseconds,
            draw: foretold ?? Cover.draw())
        // What was captured beside the last frame has its packets at once, as if it were sent.
        let ahead = target == plan.announcement ? 0 : frames.next - spurts[target].nextFrame
        pace.begin(ahead: ahead, frameSamples: plan.sound.frameSamples)
    }

    /// Whether a talkspurt's end is being hidden.
    var hasTail: Bool {
        for target in spurts.indices where spurts[target].tail.isOn { return true }
        return false
    }

    /// Sends what is due of each tail.
    mutating func sendTails(
        _ plan: borrowing MediaPlan, by socket: inout DataSocket, at now: Instant
    ) {
        while pace.take(frameSamples: plan.sound.frameSamples) {
            if !isTalking {
                decoy.encode(by: &encoder)
                hasDecoyed = true
            }
            for target in spurts.indices {
                guard let packet = spurts[target].tail.next() else { continue }
                let listeners = spurts[target].tail.listeners
                switch packet {
                case .end: sendEnd(of: target, to: listeners, plan, by: &socket, at: now)
                case .cover: for peer in listeners { socket.sendCover(to: peer, at: now) }
                }
            }
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
        guard spurts[target].isTalking || spurts[target].owesEnd else { return }
        // A tail goes on to those it began with.
        if spurts[target].packets > 0, !spurts[target].tail.isOn {
            sendEnd(of: target, to: gone, plan, by: &socket, at: now)
        }
        isFrameSizeDue = true
    }
}
