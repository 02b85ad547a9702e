internal import Time

/// Decides which streams get a voice when there are more streams than voices.
///
/// A peer has one mouth: of its streams, only the most important is heard; the others stand by.
/// While places are free, a peer may have any number. When none is free, a stream that stands by
/// gives its place to any peer's first stream, whatever the priorities. Between first streams of
/// peers, a higher rank takes the place of a lower one; of equals, the earlier stays.
struct VoiceClaims {
    /// One stream that has a voice, or wants one.
    struct Claim: Equatable {
        let peer: Int
        /// The rank by priority; below 0 while nothing of the stream can be heard.
        let rank: Int
        let since: Instant
        var lastPacket: Instant
        /// Whether its sound is in the block that was mixed last.
        var isSounding = false
        /// Whether this is the stream of its peer that is heard.
        var isHeard = false
    }

    /// The place where a stream gets its voice.
    enum Place: Equatable {
        case free(Int)
        /// The place of a voice that has fallen silent.
        case silent(Int)
        /// The place of a voice that matters less.
        case taken(Int)
        case none

        var index: Int? {
            switch self {
            case .free(let place), .silent(let place), .taken(let place): place
            case .none: nil
            }
        }
    }

    /// The claims by place of the voice; nil where the place is free.
    private var held = InlineArray<8, Claim?>(repeating: nil)
    private(set) var count = 0

    mutating func add(_ claim: Claim, at place: Int) {
        held[place] = claim
        count += 1
    }

    /// How many voices a peer has.
    func share(of peer: Int) -> Int {
        var found = 0
        for place in held.indices where held[place]?.peer == peer { found += 1 }
        return found
    }

    /// The place for one more stream, when at most `limit` streams have one.
    func place(for claim: Claim, limit: Int, at now: Instant) -> Place {
        if count < limit {
            for place in held.indices where held[place] == nil { return .free(place) }
        }
        if let place = silentLongest(at: now) { return .silent(place) }
        guard let least = least(beside: claim), let other = held[least],
            mattersMore(claim, than: other)
        else { return .none }
        return .taken(least)
    }

    /// The place of the voice that matters least.
    var least: Int? { least(beside: nil) }

    private func silentLongest(at now: Instant) -> Int? {
        var found: (place: Int, since: Instant)?
        for place in held.indices {
            guard let claim = held[place], !claim.isSounding,
                now - claim.lastPacket >= VoiceSlot.yieldsAfter
            else { continue }
            if let found, found.since <= claim.lastPacket { continue }
            found = (place, claim.lastPacket)
        }
        return found?.place
    }

    private func least(beside new: Claim?) -> Int? {
        var found: (place: Int, worth: Worth)?
        for place in held.indices {
            guard let claim = held[place] else { continue }
            let worth = worth(of: claim, at: place, beside: new)
            if let found, found.worth <= worth { continue }
            found = (place, worth)
        }
        return found?.place
    }

    /// The order in which voices give way, the least first.
    private struct Worth: Comparable {
        let isFirst: Bool
        /// The number of voices the peer has.
        ///
        /// Of the voices that stand by, one of the peer with the most voices gives way first.
        let others: Int
        let rank: Int
        let since: Instant

        static func < (left: Worth, right: Worth) -> Bool {
            if left.isFirst != right.isFirst { return right.isFirst }
            if !left.isFirst, left.others != right.others { return left.others > right.others }
            if left.rank != right.rank { return left.rank < right.rank }
            return left.since > right.since
        }
    }

    private func worth(of claim: Claim, at place: Int, beside new: Claim?) -> Worth {
        var isFirst = true
        for other in held.indices where other != place {
            guard let one = held[other], one.peer == claim.peer else { continue }
            if precedes(one, other, claim, place) { isFirst = false }
        }
        if let new, new.peer == claim.peer, new.rank > claim.rank { isFirst = false }
        return Worth(
            isFirst: isFirst, others: share(of: claim.peer), rank: claim.rank, since: claim.since)
    }

    /// Whether the first of two streams of one peer is heard rather than the second.
    private func precedes(_ one: Claim, _ place: Int, _ other: Claim, _ own: Int) -> Bool {
        if one.rank != other.rank { return one.rank > other.rank }
        if one.isHeard != other.isHeard { return one.isHeard }
        return one.since == other.since ? place < own : one.since < other.since
    }

    private func mattersMore(_ new: Claim, than old: Claim) -> Bool {
        let isNewFirst = !held.indices.contains { place in
            guard let one = held[place] else { return false }
            return one.peer == new.peer && one.rank >= new.rank
        }
        // The stream of the same peer stands by from now on.
        if old.peer == new.peer { return isNewFirst }
        let standsBy = !isFirst(old)
        switch (isNewFirst, standsBy) {
        case (true, true): return true
        case (true, false): return new.rank > old.rank
        // Without the margin, two peers would take the place from each other in turn.
        case (false, true): return share(of: old.peer) > share(of: new.peer) + 1
        case (false, false): return false
        }
    }

    private func isFirst(_ claim: Claim) -> Bool {
        var found: Int?
        for place in held.indices where held[place] == claim { found = place }
        guard let found else { return true }
        return worth(of: claim, at: found, beside: nil).isFirst
    }
}
