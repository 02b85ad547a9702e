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
}
