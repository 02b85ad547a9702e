internal import Time
internal import Wire

/// What listeners report.
extension OwnTalks {
    /// A listener reports what came of our sound, and what of that was heard.
    mutating func reported(
        _ report: Report, _ heard: Heard?, by peer: Int, _ around: Surroundings, at now: Instant,
        _ orders: inout Orders
    ) {
        var rest: Report? = report
        // From the newest on: what does not belong to it belongs to the one before.
        for place in spurts.indices.reversed() {
            // Two streams may both have number 0; each is for one peer alone.
            guard let report = rest, spurts[place].share.listeners.contains(peer)
            else { continue }
            rest = spurts[place].share.report(report, heard, from: peer, at: now)
            judge(place, around, at: now, &orders)
        }
        if let heard { countPlayed(heard, by: peer, at: now) }
        followWord(of: peer, around, &orders)
    }

    /// A listener tells, without a report, whether it hears us at this moment.
    mutating func told(
        _ heard: Heard, by peer: Int, _ around: Surroundings, at now: Instant,
        _ orders: inout Orders
    ) {
        countPlayed(heard, by: peer, at: now)
        guard heard.played == nil else { return }
        for place in spurts.indices where spurts[place].ended == nil {
            spurts[place].share.note(heard, from: peer, at: now)
            judge(place, around, at: now, &orders)
        }
        followWord(of: peer, around, &orders)
    }

    /// Counts what a listener has played for the talkspurts it was of: what was said first was
    /// played first.
    private mutating func countPlayed(_ heard: Heard, by peer: Int, at now: Instant) {
        var ms: UInt16 = 0
        if let played = heard.played, FrameFlags.streams.contains(heard.stream) {
            ms = listeners[peer].played[Int(heard.stream)].grow(to: played)
        }
        let places = spurts.indices.filter {
            spurts[$0].share.stream == heard.stream && spurts[$0].share.listeners.contains(peer)
        }
        for place in places {
            let isNewest = place == places.last
            guard isNewest || ms > 0 else { continue }
            let own = isNewest ? ms : min(ms, spurts[place].waiting(at: peer))
            spurts[place].share.add(own, heard, from: peer, at: now)
            ms -= own
        }
    }

    /// Keeps what a listener has said last: whether it hears us.
    private mutating func followWord(
        of peer: Int, _ around: Surroundings, _ orders: inout Orders
    ) {
        let words = spurts.compactMap { $0.share.hearsNow(peer) }
        guard let hears = words.last else { return }
        listeners[peer].isDeaf = !hears
        followDoubt(of: peer, around, &orders)
    }

    /// Tells the sound whether a peer may not hear us: a tone must not promise that it does.
    mutating func followDoubt(of peer: Int, _ around: Surroundings, _ orders: inout Orders) {
        let isDoubted = listeners[peer].isDeaf || around.cutOff.contains(peer)
        guard isDoubted != listeners[peer].isDoubted else { return }
        listeners[peer].isDoubted = isDoubted
        orders.add(.doubt(peer: peer, isDoubted))
    }
}
