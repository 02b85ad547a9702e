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
    ///
    /// `samples` have come behind its last frame, and `encoded` frames of them are encoded. The
    /// first packet that hides the end leaves when these are a whole frame, as the next frame would
    /// have.
    mutating func oweEnds(
        of target: Int, ahead samples: Int, encoded: Int? = nil, _ plan: borrowing MediaPlan,
        at now: Instant
    ) {
        guard plan.cover == .spurt, spurts[target].packets > 0 else {
            return spurts[target].oweEnds(at: now)
        }
        spurts[target].tail.begin(
            to: spurts[target].listeners, frame: plan.sound.frameNanoseconds,
            draw: foretold ?? Cover.draw())
        pace.begin(ahead: samples)
        encodedBehind = encoded
    }

    /// Whether a talkspurt's end is being hidden.
    var hasTail: Bool {
        for target in spurts.indices where spurts[target].tail.isOn { return true }
        return false
    }

    /// Sends what is due of each tail, as the talk would have sent it: first the frames of a turn
    /// are encoded, then they are sent, and in the next turn what waits still.
    ///
    /// - Returns: False when some must wait for the next turn.
    mutating func sendTails(
        _ plan: borrowing MediaPlan, by socket: inout DataSocket, at now: Instant
    ) -> Bool {
        let frame = plan.sound.frameSamples
        let isAnnounced = spurts[plan.announcement].tail.isOn
        // In the turn of the last frame those behind it are encoded already.
        let most = isAnnounced ? .max : encodedBehind ?? Self.framesPerTurn
        var due = 0
        while due < most, pace.take(frameSamples: frame) { due += 1 }
        if encodedBehind == nil, !isAnnounced { encodeDecoys(due) }
        encodedBehind = nil
        for _ in 0..<due {
            // Frames of an announcement are encoded one by one.
            if isAnnounced { encodeDecoys(1) }
            for target in spurts.indices {
                guard let packet = spurts[target].tail.next() else { continue }
                let listeners = spurts[target].tail.listeners
                switch packet {
                case .end: sendEnd(of: target, to: listeners, plan, by: &socket, at: now)
                case .cover: socket.sendCover(to: listeners, at: now)
                }
            }
        }
        return !pace.isDue(frameSamples: frame)
    }

    private mutating func encodeDecoys(_ count: Int) {
        // The frames of a talk that goes on are encoded anyway.
        guard !isTalking else { return }
        for _ in 0..<count { decoy.encode(by: &encoder) }
        if count > 0 { hasDecoyed = true }
    }

    /// Hides no ends any more: listeners that are not told yet are told as without cover.
    mutating func stopTails(at now: Instant) {
        for target in spurts.indices where spurts[target].tail.isOn {
            let isOwed = spurts[target].owesEnd
            spurts[target].tail.stop()
            if isOwed { spurts[target].oweEnds(at: now) }
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
