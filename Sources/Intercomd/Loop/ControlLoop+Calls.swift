internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Session
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// Calls, pages, signals and relays: what the core asks for, and what people do.
extension ControlLoop {
    /// Tells the core what peers may do and whether people want to be disturbed.
    mutating func consent() {
        var configured = [Policy](repeating: Policy(), count: Roster.capacity)
        for number in roster.numbers {
            configured[number] = Policy(config.policy(ofPeer: roster[number].name))
        }
        let signs = listenerSigns
        let availability: Availability = isDoNotDisturb ? .doNotDisturb : .open
        let isHalfDuplex = handsFree.isHalfDuplex
        feed { [configured] board, _, now in
            let policies = board.policies(configured, signs, at: now)
            board.consent(to: policies, availability, isHalfDuplex: isHalfDuplex, at: now)
        }
    }

    /// Whether people here are told by a beep or a lamp that somebody listens.
    var tellsOfListeners: Bool { switchboard.consent.tellsOfListeners(listenerSigns, at: now) }

    private var listenerSigns: Consent.Signs {
        Consent.Signs(
            isSpeakerOpen: devices.cards.output.isOpen,
            canBeep: devices.cards.output.isWanted && config.audio.volume != .mute,
            hasTalkLamp: devices.lines.canShow(.talking))
    }

    /// Whether this peer may open the microphone with nobody here touching a key.
    func opensUnasked(_ peer: Int) -> Bool {
        Policy(config.policy(ofPeer: roster[peer].name)).opensMicrophone
    }

    // MARK: What people do

    /// Rings a peer or all of a channel; or another mode, of a peer alone.
    mutating func callTarget(
        _ name: String, mode: Offer.Mode = .call, priority: Priority = .normal
    ) -> Reply {
        guard let target = routing.target(named: name) else { return unknownTarget(name) }
        guard mode == .call || target.reference == 0 else {
            return refusal("\(name) is a channel: only a peer can be listened to or dropped in on")
        }
        let channel = config.channels.first { $0.name == name }
        let isHunt = channel?.callMode != .join
        let id = newCallID()
        let ringTime = config.call.ringTime
        let problem = feed { board, _, now in
            board.call(
                Array(target.listeners), id: id, mode: mode, priority: priority,
                reference: isHunt ? 0 : target.reference, channel: channel?.name,
                isHunt: isHunt, ringTime: ringTime, at: now)
        }
        return answer(problem, "calling \(name)", id)
    }

    mutating func answerCall() -> Reply {
        let problem = feed { board, _, now in board.answer(at: now) }
        return answer(problem, "answered", station.call?.summary.id)
    }

    mutating func rejectCall() -> Reply {
        let id = station.call?.summary.id
        let problem = feed { board, _, now in board.reject(at: now) }
        return answer(problem, "rejected", id)
    }

    mutating func hangUpCall() -> Reply {
        let id = station.call?.summary.id
        let problem = feed { board, _, now in board.hangUp(at: now) }
        return answer(problem, "hung up", id)
    }

    /// Asks a peer for a light or a relay; what came of it is told when it is known.
    mutating func ask(_ peer: String, _ target: Signal.Target, _ argument: UInt8, _ what: String)
        -> Reply
    {
        guard let number = roster.number(named: peer) else {
            return unknownPeer(peer)
        }
        let mid = feed { board, _, now in
            board.ask(number, target, argument: argument, for: what, at: now)
        }
        var done = Reply.Done("asked \(peer) for its \(what)")
        done.request = Int(mid)
        return .done(done)
    }

    // MARK: Detail

    private func answer(_ problem: CallProblem?, _ text: String, _ id: CallID?) -> Reply {
        switch problem {
        case nil:
            var done = Reply.Done(text)
            done.call = id?.text
            return .done(done)
        case .busy?: return refusal("there is a call already: hang up first")
        case .nothingRings?: return refusal("nothing rings here")
        case .noCall?: return refusal("there is no call")
        case .nobody?: return refusal("there is nobody to call")
        }
    }

    func refusal(_ text: String) -> Reply { .refused(ControlError(.failed, text)) }

    func channelName(of reference: UInt64) -> String? {
        guard let channel = routing.channels.first(where: { $0.reference == reference }) else {
            return nil
        }
        return routing.channelName(channel.number)
    }

    /// A UUIDv7 (RFC 9562 §5.7): ordered by the wall clock, else random.
    func newCallID() -> CallID {
        let time = UInt64(Clock.wallMilliseconds())
        let high = time << 16 | 0x7000 | Boot.random() & 0x0FFF
        return CallID(high: high, low: Boot.random() & (1 << 62 - 1) | 1 << 63)
    }
}

extension Policy {
    init(_ configured: Config.Policy) {
        let call: Answering =
            switch configured.call {
            case .ring: .ring
            case .auto: .auto
            case .never: .never
            }
        self.init(
            call: call, announce: configured.announce, dropIn: configured.dropIn,
            monitor: configured.monitor, emergency: configured.emergency,
            relay: configured.relay, signal: configured.signal)
    }
}
