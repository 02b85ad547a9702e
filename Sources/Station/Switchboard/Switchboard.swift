internal import Audio
package import Time
internal import Wire

/// What a station decides: who is talked to, called, answered and told, what lights and rings.
///
/// Sans-I/O: what happened and the time go in. `nextDecision` gives what was decided here, and
/// `nextOrder` that and what stations tell each other, until they give nil; `deadline` says when to
/// call `tick`. Peers are numbers; names, cards, sockets and files belong to the loop around it.
/// Each decision has an owner with its own state and its own file.
///
/// - `Switchboard+Peers` takes what peers say and do,
/// - `Switchboard+Calls` what calls and pages want, and peers that signal,
/// - `Switchboard+Wishes` what people here want, `Switchboard+People` what they settle and end,
/// - `Switchboard+DownWatch` why a peer is down,
/// - `Switchboard+Talks` this station's own talk, what listeners hear of it, and peers' voices,
/// - `Switchboard+Machine` what goes wrong with cards, processor and network,
/// - `Switchboard+Lamps` says what the lamps show.
package struct Switchboard {
    /// Records, streams, calls and pages between two stations.
    package internal(set) var station: Station
    /// How the sound to each peer is protected against loss.
    package internal(set) var protection: LossProtection
    package internal(set) var callDesk = CallDesk()
    package internal(set) var callLight = CallLight()
    /// The peers of the settings, in their order.
    var peers: [Int]
    /// Whether a tone permits a person to talk.
    package var hasPermitTone = false
    /// Whether any lamp shows the call light.
    package var hasCallLamp = false
    /// The peer that a replying talk key speaks to.
    package internal(set) var replyKey = ReplyKey()
    package internal(set) var heldTalks = HeldTalks()
    package internal(set) var aims = Aims()
    package internal(set) var pager = Pager()
    package internal(set) var announcer = Announcer()
    /// The talks that the microphone is open for.
    package internal(set) var openTalks = OpenTalks()
    /// The voices of peers that are heard.
    package internal(set) var voices = HeardVoices()
    var peerRequests = PeerRequests()
    /// Whether each peer is there.
    package internal(set) var presence = Presence()
    /// Whether the addresses of each peer are known.
    package internal(set) var whereabouts = Whereabouts()
    /// Why peers are down, as far as this station can find out.
    package internal(set) var downWatch = DownWatch()
    /// Streams of sound that are open and move none.
    package internal(set) var still = StillStreams()
    /// What is lost, or goes wrong, between a card and this program.
    package internal(set) var cardTroubles = CardTroubles()
    /// What the sound leaves out because the processor cannot keep up.
    package internal(set) var overload = Overload()
    var microphoneWatch = MicrophoneWatch()
    var doubts = Doubts()
    var search = Search()
    /// The rights that peers have here now.
    package internal(set) var consent = Consent()

    /// What listeners hear of this station's own talk.
    package internal(set) var ownTalks = OwnTalks()

    var orders = Orders()
    var now: Instant

    /// - Parameters:
    ///   - station: Whose targets and channels are those of the settings.
    ///   - known: Those of the peers of the settings, in their order.
    ///   - frames: What the encoder makes of the sound.
    ///   - now: The time.
    package init(
        station: consuming Station, known: [Int] = [], frames: LossProtection.Frames,
        at now: Instant
    ) {
        self.peers = known
        self.station = station
        self.now = now
        protection = LossProtection(frames)
    }

    /// The next thing that was decided here; nil when there is none.
    ///
    /// What the stations tell each other comes behind it, by `nextOrder`.
    package mutating func nextDecision() -> Order? {
        let order = orders.next()
        if case .reportsAreIn(let spurt, let target, let heard)? = order {
            pager.reportsAreIn(spurt, to: target, heard, &orders)
            announcer.reportsAreIn(spurt, heard, &orders)
        }
        return order
    }

    /// The next thing to be done; nil when all is done.
    package mutating func nextOrder() -> Order? {
        while true {
            if let order = nextDecision() { return order }
            guard let action = station.nextAction() else { return nil }
            follow(action)
        }
    }

    /// What the station wants done now comes before the orders that follow.
    mutating func followStation() {
        while let action = station.nextAction() { follow(action) }
    }

    /// Takes what the station wants, or reports.
    mutating func follow(_ action: Station.Action) {
        switch action {
        case .send(let peer, let payload): orders.add(.send(peer: peer, payload))
        case .hear(let peer, let stream, let hearing, let priority):
            voices.bound(stream, of: peer, to: hearing)
            orders.add(.hear(peer: peer, stream: stream, hearing, priority))
        case .call(let action): follow(action)
        case .page(let action): follow(action)
        case .signalled(let peer, let signal): signalled(signal, by: peer)
        case .resulted(let peer, let request, let status):
            peerRequests.resulted(request, of: peer, PeerRequests.Outcome(status), &orders)
        case .refused(let peer, let refusal, let count):
            orders.add(.refused(peer: peer, refusal, count: count))
        }
    }

    /// When to call `tick` next; nil means never.
    package var deadline: Instant? {
        let deadlines = [
            station.deadline, callLight.deadline, doubts.deadline, ownTalks.deadline,
        ]
        return deadlines.compactMap { $0 }.min()
    }

    /// Lets time pass; call it at `deadline`, after all that has happened until then went in.
    ///
    /// That may be why nothing was heard of a talkspurt whose last reports are in.
    package mutating func tick(at now: Instant) {
        self.now = now
        station.tick(at: now)
        callLight.tick(at: now)
        ownTalks.tick(surroundings, at: now, &orders)
    }
}
