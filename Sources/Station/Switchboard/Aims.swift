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

    /// The listeners of the target with this `id`; nil if they are those of the settings.
    package func aim(of target: Int) -> Aim? {
        TalkTarget.aimed.firstIndex { $0.id == target }.map { aims[$0] }
    }

    /// These hear a stream of `TalkTarget.aimed` from now on.
    ///
    /// - Returns: Whether they are others than before.
    mutating func aim(_ stream: UInt8, at new: Aim, _ orders: inout Orders) -> Bool {
        let place = Int(stream - TalkTarget.announcement)
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
