internal import Time
package import Wire

/// What a person asks for, by a button or by a program.
///
/// The loop around the switchboard has looked the names up. A name that nothing has comes along
/// too: whether that is why the wish is refused, or something else is, gets decided here.
package enum Wish: Equatable, Sendable {
    /// The talk key of a target goes down, or up.
    case talk(Named<TalkTarget>, isDown: Bool)
    /// The talk key of the peer that was heard last goes down, or up.
    case reply(isDown: Bool)
    /// The microphone opens for a page of a minute at most.
    case page(Named<TalkTarget>, Priority)
    case endPage(Named<TalkTarget>)
    case call(Named<TalkTarget>, Calling)
    case answer
    case reject
    case hangUp
    /// A peer is asked for its light, or its relay of this reference; `what` is the word for it.
    case ask(Named<Int>, Signal.Target, reference: UInt64, what: String)
    /// The speaker plays a tone to be judged by.
    case tone

    /// What a person has named, and what has that name here; nil: nothing has.
    package struct Named<Found: Equatable & Sendable>: Equatable, Sendable {
        package let name: String
        package let found: Found?

        package init(_ name: String, _ found: Found?) { (self.name, self.found) = (name, found) }
    }

    /// How a peer, or all of a channel, is called.
    package struct Calling: Equatable, Sendable {
        let id: CallID
        /// A call, or one that opens a microphone by itself.
        let mode: Offer.Mode
        let priority: Priority
        /// The channel that is called; nil for a peer.
        package var channel: String?
        /// Whether all who answer are in the call together; else the first answer takes it.
        package var isJoined = false
        let ringTime: Duration

        package init(
            _ id: CallID, mode: Offer.Mode = .call, priority: Priority = .normal,
            ringTime: Duration
        ) {
            (self.id, self.mode, self.priority) = (id, mode, priority)
            self.ringTime = ringTime
        }
    }

    /// Which sound cards of this station are open.
    package struct Sound: Equatable, Sendable {
        let hasMicrophone: Bool
        let hasSpeaker: Bool

        package init(hasMicrophone: Bool, hasSpeaker: Bool) {
            (self.hasMicrophone, self.hasSpeaker) = (hasMicrophone, hasSpeaker)
        }
    }

    /// What became of a wish that was granted.
    package enum Outcome: Equatable, Sendable {
        /// The microphone is open for this target, by its `id`; its listeners, and why each cannot
        /// hear it where that is known by now.
        case talk(target: Int, [HeardAt])
        /// No command holds it open for this target now; whether one did, and its listeners.
        case letGo(target: Int, wasHeld: Bool, [HeardAt])
        /// A page began; its listeners, in the same way.
        case page([HeardAt])
        case pageEnded
        case calling(CallID)
        case answered(CallID?)
        case rejected(CallID?)
        case hungUp(CallID?)
        /// A peer was asked by the peer request of this number; its result is told later.
        case asked(peerRequest: UInt32)
        case tone
    }

    /// Why a wish was not granted.
    package enum Problem: Error, Equatable, Sendable {
        /// Nothing here has the name.
        case unknown
        /// No peer was heard since the start that could be replied to.
        case nobodyHeard
        case noMicrophone
        case noSpeaker
        /// No page to that target is under way.
        case noPage
        /// Only a peer can be listened to or dropped in on.
        case isChannel
        case call(CallProblem)
    }
}
