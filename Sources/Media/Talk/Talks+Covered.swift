internal import Audio
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// Constant cover: one packet to each peer in each frame time, whatever it carries.
///
/// The packets leave in the order of the peers. If those with sound left first, their order would
/// show who is talked to.
extension Talks {
    /// Sends each peer the next frame of the talkspurt that it hears, control that waits, or cover.
    ///
    /// A peer that hears several gets that of the highest priority, for a second packet in a frame
    /// time would show.
    ///
    /// - Returns: Whether the announcement's last frame was sent.
    mutating func sendCovered(
        _ plan: borrowing MediaPlan, and announcement: inout PacedAnnouncement,
        by socket: inout DataSocket, at now: Instant
    ) -> Bool {
        let reachable = socket.reachable
        var heard = Heard(unserved: reachable)
        let announced = announcement.takeReady()
        prepare(.emergency, announced, for: &heard, plan)
        prepare(.high, announced, for: &heard, plan)
        prepare(.normal, announced, for: &heard, plan)
        let isLast = announced?.isLast ?? false
        for peer in reachable {
            guard let target = heard.target(of: peer) else {
                socket.put(to: peer, at: now)
                continue
            }
            let isAnnounced = target == plan.announcement
            if isAnnounced { announcement.exchange(&frames) }
            socket.put(
                frame: spurts[target].nextFrame, of: frames, spurts[target], to: peer,
                stream: plan.targets[target].stream,
                isSpurtStart: spurts[target].packets < plan.startFrames,
                isLast: isAnnounced ? isLast : spurts[target].isAtLast, at: now)
            if isAnnounced { announcement.exchange(&frames) }
        }
        socket.flush()
        noteCovered(plan, at: now)
        return isLast
    }

    /// Of one priority: the talks, and behind them the announcement if a frame of it is ready.
    private mutating func prepare(
        _ level: Priority, _ announced: (number: Int, isLast: Bool)?, for heard: inout Heard,
        _ plan: borrowing MediaPlan
    ) {
        for target in spurts.indices
        where target != plan.announcement && spurts[target].priority == level {
            guard spurts[target].isTalking, let number = firstWaiting(for: target) else { continue }
            prepare(number, of: target, for: &heard, plan)
        }
        if let announced, spurts[plan.announcement].priority == level {
            prepare(announced.number, of: plan.announcement, for: &heard, plan)
        }
    }

    private mutating func prepare(
        _ number: Int, of target: Int, for heard: inout Heard, _ plan: borrowing MediaPlan
    ) {
        spurts[target].advance(to: number, lostMax: plan.lostFramesMax)
        spurts[target].isSending = true
        heard.add(target, to: spurts[target].listeners)
    }

    /// What was to be sent has been sent.
    private mutating func noteCovered(_ plan: borrowing MediaPlan, at now: Instant) {
        for target in spurts.indices where spurts[target].isSending {
            spurts[target].isSending = false
            let isLast = spurts[target].isAtLast
            noteSent(of: target)
            guard target != plan.announcement else { continue }
            noteFirstPacket()
            if isLast { end(target, plan, at: now) }
        }
    }
}

/// What each peer hears in one frame time.
private struct Heard {
    /// By peer; as many as a `PeerSet` has.
    private var targets = InlineArray<64, Int>(repeating: 0)
    private let all: PeerSet
    /// Those that hear nothing so far.
    private var unserved: PeerSet

    init(unserved: PeerSet) {
        all = unserved
        self.unserved = unserved
    }

    /// Those that hear nothing else hear this.
    mutating func add(_ target: Int, to listeners: PeerSet) {
        for peer in listeners where unserved.contains(peer) {
            targets[peer] = target
            unserved.remove(peer)
        }
    }

    /// The place of the target that a peer hears; nil for none.
    func target(of peer: Int) -> Int? {
        all.contains(peer) && !unserved.contains(peer) ? targets[peer] : nil
    }
}
