/// What holds the microphone open by command: `talk` for as long as its caller is there, and
/// `ptt down` until `ptt up`, without a caller.
package struct HeldTalks: Sendable {
    /// Why the microphone closed.
    package enum End: Equatable, Sendable {
        /// It was open for as long as it may be.
        case timedOut
        case letGo
        /// The settings have its target no more.
        case targetGone
    }

    struct Talk: Equatable, Sendable {
        let target: Int
        /// Nil where it lasts until it is let go.
        var caller: CallerTicket?
        /// What its caller calls the target.
        var name = ""
    }

    private(set) var talks: [Talk] = []

    /// The targets that the microphone is held open for.
    package var targets: [Int] { talks.map { $0.target } }

    /// The callers who hold it open for as long as they are there.
    var callers: [CallerTicket] { talks.compactMap { $0.caller } }

    /// The microphone opened for a target, for as long as the caller is there.
    mutating func begin(_ target: Int, named name: String, for caller: CallerTicket) {
        talks.append(Talk(target: target, caller: caller, name: name))
    }

    /// The microphone opened for a target until it is let go.
    mutating func hold(_ target: Int) {
        guard !talks.contains(where: { $0.caller == nil && $0.target == target }) else { return }
        talks.append(Talk(target: target))
    }

    /// Closes the microphone to a target, and tells the callers that held it open.
    mutating func end(_ target: Int, _ reason: End, _ orders: inout Orders) {
        let over = talks.filter { $0.target == target }
        guard !over.isEmpty else { return }
        for talk in over {
            guard let caller = talk.caller else { continue }
            orders.add(.answer(caller, .talkOver(to: talk.name, reason)))
        }
        talks.removeAll { $0.target == target }
        // A key that was held too long counts as down until it is let go.
        orders.add(.press(target: target, isDown: false))
    }

    /// Ends the hold of `ptt down`; that of a `talk` goes on until its caller ends it.
    mutating func release(_ target: Int, _ orders: inout Orders) {
        talks.removeAll { $0.caller == nil && $0.target == target }
        closeUnlessHeld(target, &orders)
    }

    /// Ends the talks of callers that are gone: nobody else would.
    mutating func forget(_ hasGone: (CallerTicket) -> Bool, _ orders: inout Orders) {
        let left = talks.filter { $0.caller.map(hasGone) ?? false }
        talks.removeAll { left.contains($0) }
        for talk in left { closeUnlessHeld(talk.target, &orders) }
    }

    /// Somebody else may hold the same.
    private func closeUnlessHeld(_ target: Int, _ orders: inout Orders) {
        guard !talks.contains(where: { $0.target == target }) else { return }
        orders.add(.press(target: target, isDown: false))
    }
}
