package import Time
internal import Wire

/// How much of a talkspurt each listener has heard, once that is over.
extension OwnTalks {
    /// The last reports come within so long: a second, what is said again, and the way there and
    /// back.
    private static let reportsMax = Duration.milliseconds(1_300)
    private static let wayMax = Duration.seconds(3)

    /// Per cent of a talkspurt: of less than that, it is told what became of the rest.
    private static let wholeMin = 90

    /// When the next talkspurt's last reports are in.
    package var deadline: Instant? { spurts.compactMap { reportsIn($0) }.min() }

    /// When the last reports on a talkspurt that is over are in.
    private func reportsIn(_ spurt: Talkspurt) -> Instant? {
        guard let ended = spurt.ended else { return nil }
        let way = spurt.share.listeners.compactMap { listeners[$0].roundTrip }.max()
        return ended.at + Self.reportsMax + min(way ?? .zero, Self.wayMax)
    }

    /// Tells of talkspurts whose last reports are in.
    mutating func tick(_ around: Surroundings, at now: Instant, _ orders: inout Orders) {
        while let place = spurts.firstIndex(where: {
            reportsIn($0).map { now >= $0 } ?? false
        }) {
            let spurt = spurts.remove(at: place)
            guard let ended = spurt.ended else { continue }
            let heard = outcomes(of: spurt, ended, around)
            orders.add(.reportsAreIn(spurt: spurt.number, target: spurt.target, heard))
            // A key let go at once has said nothing.
            guard ended.frames > 0 else { continue }
            // A peer that hangs up reports no more; and in a call each can say whether it hears.
            guard spurt.target != Int(TalkTarget.call) else { continue }
            for one in heard {
                listeners[one.peer].lastWords = LastHeard(heard: one, at: ended.at)
            }
            let ms = ended.frames * around.frameSamples / 48
            orders.add(.heard(target: spurt.name, .milliseconds(ms), heard))
        }
    }

    private func outcomes(
        of spurt: Talkspurt, _ ended: (frames: Int, at: Instant), _ around: Surroundings
    ) -> [HeardAt] {
        let length = Double(ended.frames * around.frameSamples) / 48
        let open = Surroundings.isVoice(spurt.target) ? spurt.openShare(ofMs: length) : 1
        return around.peers.filter { spurt.share.listeners.contains($0) }.map { peer in
            let found = spurt.share.outcome(of: peer, frames: ended.frames, endedAt: ended.at)
            var obstacle = self.obstacle(found, of: spurt, at: peer, around)
            if obstacle == nil, found.percent < Self.wholeMin {
                obstacle = spurt.missedBy.contains(peer) ? .noAnswer : .network
            }
            if open < 0.95, found.percent > 0 { obstacle = spurt.silence }
            let percent = Int((Double(found.percent) * open).rounded())
            return HeardAt(peer: peer, percent: percent, obstacle)
        }
    }

    /// Why a listener did not hear all of it; nil where neither it nor its silence tells.
    private func obstacle(
        _ found: HeardShare.Outcome, of spurt: Talkspurt, at peer: Int, _ around: Surroundings
    ) -> Obstacle? {
        let way = around.obstacle(to: peer, isVoice: false)
        if !found.hasReported { return way ?? spurt.silence ?? .noAnswer }
        if !found.isKnown { return .unknown }
        if found.why != .heard { return .told(found.why) }
        return found.hasGone ? way ?? .noAnswer : nil
    }
}
