/// What happened in a day, counted; over many days each must have happened.
package enum HouseCount: String, CaseIterable, Sendable {
    case sessions, restarts, reloads, cuts, lost
    case calls, answered, joined, opened, missed, meetings
    case talks, timeouts, replies, heard, unheard
    case pages, pagesHeard = "pages_heard", pagesTimedOut = "pages_timed_out"
    case pagesReplaced = "pages_replaced"
    case announcements, answers, gone, relays, signals, refused, cards
    case intruders
    case held, copied, released, stale
    case staleSound = "stale_sound"

    /// What must have happened over many days of an adversary.
    package static let ofAdversary: [HouseCount] = [
        .sessions, .restarts, .calls, .answered, .opened, .pages, .pagesHeard, .announcements,
        .relays, .signals, .refused, .held, .copied, .released, .stale, .staleSound,
    ]

    /// What must have happened over many other days.
    package static let ofDay = allCases.filter {
        ![.held, .copied, .released, .stale, .staleSound].contains($0)
    }
}

/// The sums of a day, or of many.
package struct HouseTotals: Equatable, Sendable {
    package private(set) var counts: [HouseCount: Int] = [:]

    package init() {}

    mutating func add(_ count: HouseCount, _ more: Int = 1) { counts[count, default: 0] += more }

    package static func += (sums: inout HouseTotals, day: HouseTotals) {
        for (count, value) in day.counts { sums.add(count, value) }
    }
}
