internal import Audio
internal import Wire

/// What people here and the journal learn of calls: what rings, beeps and chimes.
package struct CallDesk: Sendable {
    /// The channel that a call is of.
    package enum Channel: Equatable, Sendable {
        /// It was called member by member, so its peers know nothing of it.
        case named(String)
        case reference(UInt64)
    }

    /// A peer called in vain, and nobody has touched anything since.
    package private(set) var hasMissed = false
    /// The call that rings here, or at the other side.
    private var ringing: CallID?
    private var hunted: (channel: String, by: CallID)?

    /// Each member of a channel is called, and the first answer takes the call.
    mutating func hunts(_ channel: String, by id: CallID) { hunted = (channel, id) }

    /// Somebody is here.
    mutating func seen() { hasMissed = false }

    func began(_ summary: CallSummary, _ orders: inout Orders) {
        orders.add(.callBegan(summary, channel(of: summary)))
    }

    /// The call that there is, stands like this from now on.
    mutating func stands(_ summary: CallSummary, _ state: CallState, _ orders: inout Orders) {
        switch state {
        case .trying:
            // Peers without a session are tried at once (protocol.md §1.7 rule 6).
            for peer in summary.peers { orders.add(.want(peer: peer)) }
            return
        case .ringing: ring(.ring, for: summary.id, &orders)
        case .calling: ring(.ringback, for: summary.id, &orders)
        case .connecting: ring(nil, for: nil, &orders)
        case .active: break
        }
        let peer = summary.peers.count == 1 ? summary.peers[0] : summary.answeredBy
        orders.add(.callStands(summary.id, state, peer: peer, channel(of: summary)))
    }

    mutating func ended(_ summary: CallSummary, _ ending: CallEnding, _ orders: inout Orders) {
        if summary.isMissed(by: ending) { hasMissed = true }
        orders.add(.callEnded(summary, ending, channel(of: summary)))
        // One that was turned away leaves alone what goes on meanwhile.
        if summary.id == ringing { ring(nil, for: nil, &orders) }
        if summary.isHeardUnasked { orders.add(.beep(false)) }
        switch ending {
        case .busy, .declined, .doNotDisturb, .refused, .unknownMode, .unreachable:
            if summary.isOutgoing { orders.add(.chime(.busy)) }
        default:
            if summary.answeredAt != nil { orders.add(.chime(.ended)) }
        }
    }

    func told(_ notice: CallNotice, of peer: Int, _ orders: inout Orders) {
        switch notice {
        case .announced: return orders.add(.chime(.page))
        // From here on the room is heard with nobody in it touching a button.
        case .autoAnswered:
            orders.add(.beep(true))
            return orders.add(.chime(.page))
        case .droppedIn, .monitored: orders.add(.beep(true))
        case .joined, .left, .weak, .strong: break
        }
        orders.add(.inCall(notice, peer: peer))
    }

    /// Rings, or plays what a caller hears, for this call; nil: nothing rings.
    private mutating func ring(_ chime: Chime?, for call: CallID?, _ orders: inout Orders) {
        ringing = call
        orders.add(.ring(chime))
    }

    private func channel(of summary: CallSummary) -> Channel {
        if let hunted, hunted.by == summary.id { return .named(hunted.channel) }
        return .reference(summary.reference)
    }
}
