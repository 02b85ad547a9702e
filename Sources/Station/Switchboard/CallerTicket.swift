/// A request that is answered later; its caller may be gone by then, and its place another's.
package struct CallerTicket: Equatable, Sendable {
    package let place: Int
    package let number: UInt64

    package init(place: Int, number: UInt64) {
        self.place = place
        self.number = number
    }
}

/// What a caller that waits is told.
package enum LateAnswer: Equatable, Sendable {
    /// The talk that it held open is over.
    case talkOver(to: String, HeldTalks.End)
    /// The page that it asked for is over, and this was heard of it.
    case pageOver(to: String, [HeardAt])
    /// The announcement that it read is over, and this was heard of it.
    case announced(to: String, [HeardAt])
    /// Another page took its place, so nothing is known of what was heard.
    case pageReplaced(to: String, by: String)
}
