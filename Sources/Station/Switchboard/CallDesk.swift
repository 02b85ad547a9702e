internal import Audio
internal import Time
package import Wire

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

/// The rights that peers have here at this moment.
///
/// A peer may open the microphone only where a beep or a lamp tells people in the room at once.
/// While it is open, the beep comes every ten seconds: a speaker that is away for less, such as a
/// USB card that was unplugged, ends nothing.
package struct Consent: Sendable {
    /// What could tell people here that somebody listens.
    package struct Signs: Equatable, Sendable {
        let isSpeakerOpen: Bool
        let canBeep: Bool
        let hasTalkLamp: Bool
        /// Why nobody notices a call that rings here; `heard` where somebody may.
        let ring: Unheard

        /// - Parameters:
        ///   - isSpeakerOpen: The speaker plays now.
        ///   - canBeep: There is to be a speaker, and it is to be heard.
        ///   - hasTalkLamp: A lamp that shows an open microphone can be lit.
        ///   - ring: Why nobody notices a call that rings here.
        package init(
            isSpeakerOpen: Bool, canBeep: Bool, hasTalkLamp: Bool, ring: Unheard = .heard
        ) {
            (self.isSpeakerOpen, self.canBeep) = (isSpeakerOpen, canBeep)
            (self.hasTalkLamp, self.ring) = (hasTalkLamp, ring)
        }

        /// Nothing could tell anybody.
        static let none = Signs(isSpeakerOpen: false, canBeep: false, hasTalkLamp: false)

        /// Whether people here would be told now, in the moment in which somebody listens.
        var tell: Bool { isSpeakerOpen && canBeep || hasTalkLamp }
    }

    static let speakerPatience = Duration.seconds(10)

    /// What could tell people when that was looked at last.
    package private(set) var signs = Signs.none
    /// When something could tell people last.
    private var toldAt = Instant(nanoseconds: .min / 2)

    /// Whether people here are told that somebody listens.
    package var tellsOfListeners: Bool { signs.tell }

    /// The rights that hold now, of those that peers have by the settings, in the order of their
    /// numbers.
    ///
    /// - Parameters:
    ///   - configured: The rights by the settings.
    ///   - signs: What could tell people.
    ///   - isHeard: Whether a peer hears the room unasked already, and people were told.
    ///   - now: The time.
    /// - Returns: Those that hold.
    mutating func policies(
        _ configured: [Policy], _ signs: Signs, isHeard: Bool, at now: Instant
    ) -> [Policy] {
        self.signs = signs
        if signs.tell { toldAt = now }
        let isPatient = isHeard && signs.canBeep && now - toldAt < Self.speakerPatience
        guard !signs.tell, !isPatient else { return configured }
        return configured.map { $0.withoutListeners }
    }
}
