package import Time

/// The talk targets that the microphone is open for, and since when.
package struct OpenTalks: Sendable {
    package struct Talk: Equatable, Sendable {
        /// The talk target, by its `id`.
        package let target: Int
        package let since: Instant
    }

    /// From the oldest.
    package private(set) var talks: [Talk] = []

    /// Whether the microphone is open for any target.
    package var isAny: Bool { !talks.isEmpty }

    /// The targets, by their `id`.
    package var targets: [Int] { talks.map { $0.target } }

    /// Since when the microphone is open for a target; nil where it is not.
    package func since(_ target: Int) -> Instant? {
        talks.first { $0.target == target }?.since
    }

    /// The microphone opened for a target, or one more talkspurt to it began.
    mutating func began(
        _ target: Int, called name: String?, at now: Instant, _ orders: inout Orders
    ) {
        if since(target) == nil { talks.append(Talk(target: target, since: now)) }
        orders.add(.talkBegan(to: name))
    }

    /// The microphone closed for a target.
    mutating func ended(_ target: Int, called name: String?, _ orders: inout Orders) {
        orders.add(.talkEnded(to: name, since: since(target)))
        talks.removeAll { $0.target == target }
    }
}
