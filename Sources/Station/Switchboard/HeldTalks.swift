/// The commands that hold the microphone open: `talk` while its program is connected, and `ptt
/// down` until `ptt up`, without a program.
package struct HeldTalks: Sendable {
    /// Why the microphone closed.
    package enum End: Equatable, Sendable {
        /// The talk reached its time limit.
        case timedOut
        case letGo
        /// The target is no longer in the settings.
        case targetGone
    }

    struct Talk: Equatable, Sendable {
        let target: Int
        /// The program; nil for a talk that lasts until it is let go.
        let ticket: ProgramTicket?
        /// The program's name for the target.
        let name: String
    }

    private(set) var talks: [Talk] = []

    /// The targets for which a command holds the microphone open.
    package var targets: [Int] { talks.map { $0.target } }

    /// The tickets of programs that hold the microphone open while they are connected.
    var tickets: [ProgramTicket] { talks.compactMap { $0.ticket } }

    /// Holds the microphone open for a target while the program is connected; without a program,
    /// until it is let go.
    mutating func hold(_ target: Int, named name: String = "", for ticket: ProgramTicket? = nil) {
        let isHeld = talks.contains { $0.ticket == nil && $0.target == target }
        if ticket != nil || !isHeld {
            talks.append(Talk(target: target, ticket: ticket, name: name))
        }
    }

    /// Closes the microphone to a target, and answers the programs that held it open.
    mutating func end(_ target: Int, _ reason: End, _ orders: inout Orders) {
        let over = talks.filter { $0.target == target }
        guard !over.isEmpty else { return }
        for talk in over {
            guard let ticket = talk.ticket else { continue }
            orders.add(.answer(ticket, .talkOver(to: talk.name, reason)))
        }
        talks.removeAll { $0.target == target }
        // A key that reached its time limit counts as down until it is let go.
        orders.add(.press(target: target, isDown: false))
    }

    /// Ends the hold of `ptt down`; that of a `talk` goes on until its program ends it.
    mutating func release(_ target: Int, _ orders: inout Orders) {
        talks.removeAll { $0.ticket == nil && $0.target == target }
        closeUnlessHeld(target, &orders)
    }

    /// Ends the talks of programs that are gone: no command would end them.
    mutating func forget(_ hasGone: (ProgramTicket) -> Bool, _ orders: inout Orders) {
        let left = talks.filter { $0.ticket.map(hasGone) ?? false }
        talks.removeAll { left.contains($0) }
        for talk in left { closeUnlessHeld(talk.target, &orders) }
    }

    /// Closes the microphone to a target unless another command holds it open.
    private func closeUnlessHeld(_ target: Int, _ orders: inout Orders) {
        guard !talks.contains(where: { $0.target == target }) else { return }
        orders.add(.press(target: target, isDown: false))
    }
}

/// The listeners of the streams whose listeners change while the station runs: announcement, page
/// and call.
package struct Aims: Sendable {
    package struct Aim: Equatable, Sendable {
        package var listeners = PeerSet()
        package var name = Name.none
    }

    /// What people call the listeners.
    package enum Name: Equatable, Sendable {
        case none
        /// A peer or a channel, as a person has named it.
        case named(String)
        /// The peers of a call.
        case peers([Int])
    }

    private var aims = [Aim](repeating: Aim(), count: TalkTarget.aimed.count)

    /// Returns the listeners of the target with this `id`; nil if the settings fix them.
    package func aim(of target: Int) -> Aim? {
        TalkTarget.aimed.firstIndex { $0.id == target }.map { aims[$0] }
    }

    /// Sets the listeners of a stream of `TalkTarget.aimed`.
    ///
    /// - Returns: Whether the listeners have changed.
    mutating func aim(_ stream: UInt8, at new: Aim, _ orders: inout Orders) -> Bool {
        guard let place = TalkTarget.aimed.firstIndex(where: { $0.stream == stream }) else {
            return false
        }
        let former = aims[place]
        aims[place] = new
        guard new.listeners != former.listeners else { return false }
        orders.add(.aim(target: Int(stream), new.listeners))
        return true
    }

    /// The streams that reach a peer.
    func streams(to peer: Int) -> [UInt8] {
        TalkTarget.aimed.indices.filter { aims[$0].listeners.contains(peer) }
            .map { TalkTarget.aimed[$0].stream }
    }
}
