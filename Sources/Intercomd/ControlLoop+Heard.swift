internal import Audio
internal import Config
internal import Control
internal import Station
internal import Time
internal import Wire

/// A talkspurt of this station that listeners still report on.
struct OwnSpurt {
    let target: Int
    let name: String?
    var share: HeardShare
    /// Frames that were sent of it, and when; nil while it goes on.
    var ended: (frames: Int, at: Instant)?
}

/// After a talkspurt: who has heard how much of it.
extension ControlLoop {
    /// The last reports come within so long: a second, and the way here.
    private static var reportsMax: Duration { .milliseconds(1_300) }

    /// Of one whose end was not told, nothing is kept for ever.
    private static var spurtsMax: Int { 128 }

    /// The microphone opened for this target, or an announcement began.
    mutating func saying(_ target: Int) {
        if view.spurts.count >= Self.spurtsMax { view.spurts.removeFirst() }
        let frameMs = Double(plan.sound.frameSamples) / 48
        let share = HeardShare(
            stream: target < 32 ? UInt8(target) : 0, listeners: listeners(of: target),
            frameMs: frameMs)
        view.spurts.append(OwnSpurt(target: target, name: name(of: target), share: share))
        let isReached = share.listeners.contains { view.peers[$0].reach == .up }
        if !isReached { tell(.noListener, target: name(of: target)) }
    }

    /// Others hear it as well from now on.
    mutating func joined(_ target: Int, by listeners: PeerSet) {
        for place in view.spurts.indices
        where view.spurts[place].target == target && view.spurts[place].ended == nil {
            view.spurts[place].share.join(listeners)
        }
    }

    /// It is over, so many frames of it were sent.
    mutating func said(_ target: Int, frames: Int) {
        guard
            let place = view.spurts.lastIndex(where: { $0.target == target && $0.ended == nil })
        else { return }
        view.spurts[place].ended = (frames, now)
    }

    /// A listener says what came of our sound.
    mutating func noteReport(_ report: Report, from peer: Int) {
        for place in view.spurts.indices {
            // Of two streams that are 0, each is for one peer alone.
            guard view.spurts[place].share.listeners.contains(peer) else { continue }
            view.spurts[place].share.report(report, from: peer)
        }
    }

    /// When the next talkspurt's last reports are in.
    var heardDeadline: Instant? {
        view.spurts.compactMap { $0.ended.map { $0.at + Self.reportsMax } }.min()
    }

    /// Tells of talkspurts whose last reports are in.
    mutating func tellHeard() {
        while let place = view.spurts.firstIndex(where: {
            $0.ended.map { now >= $0.at + Self.reportsMax } ?? false
        }) {
            let spurt = view.spurts.remove(at: place)
            guard let ended = spurt.ended else { continue }
            let found = shares(spurt.share, frames: ended.frames)
            let text = Self.sentence(found, roster)
            announcementHeard(spurt.target, text)
            // A key let go at once has said nothing.
            guard ended.frames > 0 else { continue }
            // Who hangs up reports no more; and in a call each can say whether he hears.
            guard spurt.target != Int(TalkTarget.call) else { continue }
            for one in found { view.peers[one.peer].heardPercent = one.percent }
            let ms = ended.frames * plan.sound.frameSamples / 48
            tell(.heard, target: spurt.name, since: now - .milliseconds(ms), detail: text)
        }
    }

    private func shares(_ share: HeardShare, frames: Int) -> [(peer: Int, percent: Int)] {
        roster.numbers.filter { share.listeners.contains($0) }
            .map { ($0, share.percent(of: $0, frames: frames)) }
    }

    /// "kitchen 100 %, garage nothing"; "nobody".
    private static func sentence(_ heard: [(peer: Int, percent: Int)], _ roster: Roster) -> String {
        if heard.allSatisfy({ $0.percent == 0 }) { return "nobody" }
        return heard.map { one in
            "\(roster[one.peer].name) \(one.percent == 0 ? "nothing" : "\(one.percent) %")"
        }.joined(separator: ", ")
    }
}
