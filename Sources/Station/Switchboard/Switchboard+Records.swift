package import Time
package import Wire

/// The records between stations besides the sound: the streams' meanings, and reports on them.
extension Switchboard {
    /// The facts about a peer's side.
    package struct PeerView: Sendable {
        /// The peer's newest report on our sound, and when it came.
        package internal(set) var report: Report?
        package internal(set) var reportAt: Instant?
        /// Whether the peer has bound a stream to a channel that this station does not have.
        package internal(set) var hasUnknownChannel = false
        /// Whether the peer gives any of our streams a lower priority than the stream claims.
        package internal(set) var isLowered = false
        /// The last measured round trip.
        package internal(set) var roundTrip: Duration?
        /// When the round trip was measured.
        package internal(set) var roundTripAt: Instant?
        /// The median of the last few round trips: one slow answer does not move it.
        package var usualRoundTrip: Duration? {
            roundTrips.isEmpty ? nil : roundTrips.sorted()[(roundTrips.count - 1) / 2]
        }
        private var roundTrips: [Duration] = []

        mutating func add(roundTrip time: Duration, at now: Instant) {
            // A round trip from before a long silence shows nothing.
            let most = Switchboard.pingInterval + Switchboard.pongMax
            let isOld = roundTripAt.map { now - $0 > most }
            if isOld ?? true { roundTrips.removeAll(keepingCapacity: true) }
            if roundTrips.count == Switchboard.tripsKept { roundTrips.removeFirst() }
            roundTrips.append(time)
            (roundTrip, roundTripAt) = (time, now)
        }
    }

    /// For how long after a packet was made its records may open anything, or report a state.
    package static let freshFor = Duration.seconds(2)
    /// How often a round trip is measured while the peer is up and silent.
    package static let pingInterval = Duration.seconds(15)
    private static let tripsKept = 5
    /// How long an answer to a PING may take.
    static let pongMax = Duration.seconds(3)

    struct Peer {
        var exchange: RecordExchange
        var view = PeerView()
        var isUp = false
        /// The record that binds each of our streams, and whether the peer has acknowledged it.
        var bindings: [Binding] = []
        /// The newest notices to the peer, one about each peer to which this station can pass on.
        var ways: [ToldWay] = []
        /// The peer may still have been sending by way of another station when it was last told,
        /// and then has kept nothing.
        var isNewlyDirect = false
        /// The binding of each of the peer's streams.
        var theirs: [StreamBinding] = []
        /// PINGs that may still be answered, newest last.
        var pings: [(token: UInt32, at: Instant)] = []
        var lastToken: UInt32 = 0
        var nextPing: Instant = .never
        /// When the first PING of this round was sent, when the next one is due, and how many may
        /// follow.
        var askedAt: Instant?
        var nextAsking: Instant = .never
        var askingsLeft = 0
        var pongs: [UInt32] = []
        /// The calls that the peer may still offer.
        var budget = CallBudget()
        /// The rights that the peer claimed without having them; for each kind, when it may be
        /// reported again.
        var refusals = Refusals()
        var refusalsTold: [(refusal: Refusal, until: Instant)] = []
    }

    struct Binding {
        let record: StreamBinding
        var isKnown = false
        /// The peer gives the stream a lower priority.
        var isLowered = false
    }

    package func view(of peer: Int) -> PeerView {
        var view = peers[peer].view
        view.isLowered = peers[peer].bindings.contains { $0.isLowered }
        view.hasUnknownChannel = peers[peer].theirs.contains {
            $0.purpose == .talk && $0.reference != 0 && channel($0.reference) == nil
        }
        return view
    }

    /// Takes new peers, targets and channels, each in the order of the settings: binds the streams
    /// whose meaning has changed, and checks the peers' bindings again.
    package mutating func configure(
        peers known: [Int], targets: [TalkTarget], channels: [Channel], at now: Instant
    ) {
        self.now = now
        self.known = known
        self.targets = targets
        self.channels = channels
        for peer in peers.indices {
            for binding in peers[peer].theirs { bound(binding, by: peer) }
            if peers[peer].isUp { bindStreams(to: peer) }
        }
    }

    /// Binds one of `TalkTarget.aimed` to these listeners, for this purpose.
    ///
    /// The binding goes out at once, and again until each listener acknowledges it; the sound may
    /// come together with it.
    mutating func bind(_ target: TalkTarget) {
        precondition(target.isAimed)
        release(target.stream)
        aimed.append(target)
        if target.purpose == .page { pages.speak(stream: target.stream, at: now) }
        for peer in target.listeners {
            peers[peer].bindings.removeAll { $0.record.stream == target.stream }
            if peers[peer].isUp { bindStreams(to: peer) }
        }
        // The listeners learn what the stream means before they hear it.
        while let records = nextRecords() { orders.add(records) }
    }

    /// Releases a stream, which means nothing until it is bound again.
    mutating func release(_ stream: UInt8) {
        aimed.removeAll { $0.stream == stream }
        pages.quiet(stream: stream)
    }

    /// Removes a peer that the settings no longer have: it is not heard, and nothing is sent to it.
    package mutating func remove(peer: Int, firstMid: UInt32, at now: Instant) {
        self.now = now
        ownTalks.removed(peer)
        aimAway(from: peer)
        reset(peer, firstMid: firstMid)
    }

    /// Gives the number to another peer.
    package mutating func replace(peer: Int, firstMid: UInt32, at now: Instant) {
        self.now = now
        protection.begin(peer, &orders)
        callLight.forget(peer)
        ownTalks.replace(peer, &orders)
        voices.forget(peer)
        presence.forget(peer)
        whereabouts.forget(peer)
        doubts.forget(peer)
        downWatch.forget(peer)
        reset(peer, firstMid: firstMid)
    }

    private mutating func reset(_ peer: Int, firstMid: UInt32) {
        forgetPages(of: peer)
        forgetCalls(of: peer)
        forgetRecordings(of: peer, isGone: true)
        peerRequests.removeAll { $0.peer == peer }
        peers[peer] = Peer(exchange: RecordExchange(firstMid: firstMid))
        forgetHearings(of: peer)
    }

    /// Begins a session with the peer; `isNewBoot` for the first session since either side
    /// restarted.
    package mutating func up(peer: Int, isNewBoot: Bool, at now: Instant) {
        self.now = now
        ownTalks.cameUp(peer, isNewBoot: isNewBoot)
        if isNewBoot { forgetRecordings(of: peer) }
        presence.up(peer, &orders)
        peers[peer].isUp = true
        peers[peer].nextPing = now
        if isNewBoot {
            forgetPages(of: peer)
            endCall(of: peer, .peerRestarted)
            peers[peer].exchange.restart()
            peers[peer].bindings.removeAll(keepingCapacity: true)
            peers[peer].ways = []
            peers[peer].view = PeerView()
            peers[peer].theirs.removeAll(keepingCapacity: true)
            // The meanings of the peer's streams before its restart are unknown.
            forgetHearings(of: peer)
        }
        bindStreams(to: peer)
        tellWays(anewTo: peer)
    }

    /// Ends the session with a peer that was silent for long, or closed it.
    package mutating func down(peer: Int, at now: Instant) {
        self.now = now
        // The peer's path no longer matters; the other listeners must not pay for it.
        protection.begin(peer, &orders)
        if presence.down(peer, &orders) { judgeAnew() }
        forgetPages(of: peer)
        endCall(of: peer, .peerGone)
        forgetRecordings(of: peer)
        peers[peer].isUp = false
        peers[peer].exchange.lose()
        peers[peer].nextPing = .never
        peers[peer].nextAsking = .never
        peers[peer].askedAt = nil
        peers[peer].pings.removeAll(keepingCapacity: true)
        peers[peer].pongs.removeAll(keepingCapacity: true)
        tellWays()
    }

    /// Takes another session with the peer, and binds our streams again.
    ///
    /// The peer may have forgotten us without a restart, for example when its settings removed and
    /// added us; a repeated binding costs it nothing.
    package mutating func renewed(peer: Int, at now: Instant) {
        self.now = now
        for place in peers[peer].bindings.indices { peers[peer].bindings[place].isKnown = false }
        guard peers[peer].isUp else { return }
        // After a slow handshake the peer's packets seem as old as the handshake was long, until a
        // PONG shows when the session began.
        peers[peer].askedAt = nil
        ping(peer)
        bindStreams(to: peer)
        renewRecordings(of: peer)
        tellWays(anewTo: peer)
    }

    /// Announces the records of one packet of this peer, which follow until `end(packetOf:)`.
    package mutating func begin(packetOf peer: Int) { peerBeingRead = peer }

    /// Ends the packet: the answers to its records go out together; `excess` records had no effect.
    package mutating func end(packetOf peer: Int, excess: Int, at now: Instant) {
        peerBeingRead = nil
        if excess > 0 { flooded(by: peer, times: UInt64(excess), at: now) }
    }

    /// Takes one opened record of a peer; those for the session (CONFIRM, CLOSE, PATH_*) have no
    /// effect here.
    ///
    /// `heard` is the HEARD record of the same stream beside a REPORT; `cameAt` is the time of
    /// arrival, if earlier than `now`; `age` is the greatest possible age of the packet. Of a
    /// packet that may have been delayed (`freshFor`), only timeless records count.
    package mutating func receive(
        _ record: ControlRecord, beside heard: Heard? = nil, from peer: Int, at now: Instant,
        cameAt: Instant? = nil, age: Duration = .zero
    ) {
        self.now = now
        guard age <= Self.freshFor || record.isTimeless else { return }
        if age <= Self.freshFor { self.heard(peer: peer, at: now) }
        if let mid = record.mid, !peers[peer].exchange.arrived(mid) { return }
        switch record {
        case .ack(let list):
            for record in peers[peer].exchange.acknowledged(list) {
                if case .answer = record { confirmPath(of: peer, at: now) }
            }
            for place in peers[peer].bindings.indices
            where list.contains(peers[peer].bindings[place].record.mid) {
                peers[peer].bindings[place].isKnown = true
            }
            for place in peers[peer].ways.indices
            where list.contains(peers[peer].ways[place].notice.mid) {
                peers[peer].ways[place].isKnown = true
            }
        case .stream(let binding) where StreamBinding.recordings.contains(binding.stream):
            told(of: binding, by: peer)
        case .stream(let binding):
            guard PacketFlags.streams.contains(binding.stream) else { return }
            peers[peer].theirs.removeAll { $0.stream == binding.stream }
            peers[peer].theirs.append(binding)
            claimed(binding, by: peer)
            bound(binding, by: peer)
        case .report(let report):
            peers[peer].view.report = report
            peers[peer].view.reportAt = now
            protection.reported(report, by: peer, at: now, &orders)
            ownTalks.reported(report, heard, by: peer, surroundings, at: now, &orders)
            // Only a round trip measured now shows whether the reported loss comes with a queue.
            ping(peer)
        case .heard(let heard): ownTalks.told(heard, by: peer, surroundings, at: now, &orders)
        case .ping(let token):
            // One PING counts in each packet; more than one come only from several waiting packets.
            if peers[peer].pongs.count < 4 { peers[peer].pongs.append(token) }
        case .pong(let token):
            guard let place = peers[peer].pings.firstIndex(where: { $0.token == token }) else {
                return
            }
            let roundTrip = max(.zero, (cameAt ?? now) - peers[peer].pings[place].at)
            peers[peer].view.add(roundTrip: roundTrip, at: now)
            peers[peer].pings.removeSubrange(0...place)
            peers[peer].nextAsking = .never
            protection.measured(roundTrip, to: peer, at: now, &orders)
            ownTalks.measured(roundTrip, to: peer)
        case .offer(let offer):
            // The caller gets "no answer" when the time is up, even if the packet was delayed.
            var offer = offer
            offer.ttl -= UInt16(clamping: min(age.milliseconds, Int64(offer.ttl)))
            offered(offer, by: peer, age: age + .milliseconds(100) * Int(offer.age))
        case .ringing(_, let id): heardRinging(id, at: peer)
        case .answer(let answer): answered(answer, by: peer)
        case .reject(let end): rejected(end, by: peer)
        case .cancel(let end): cancelled(end, by: peer)
        case .bye(let end): hungUp(end, by: peer)
        case .signal(let signal): signalled(signal, by: peer)
        case .result(let result): resulted(result, by: peer)
        case .member(let member): named(member, by: peer)
        case .spurtEnd(let end):
            guard PacketFlags.streams.contains(end.stream) else { return }
            pages.fadeOut(end, of: peer, at: now)
        case .confirm, .pathChallenge, .pathResponse, .close, .keyShared, .roster,
            .rosterQuestion, .rosterPart, .message, .forward, .unknown:
            return
        }
    }

    /// Counts records of this peer, or packets of records, that had no effect because there were
    /// too many.
    package mutating func flooded(by peer: Int, times: UInt64, at now: Instant) {
        self.now = now
        refuse(.flood, by: peer, times: times)
    }

    mutating func tickRecords() {
        giveUp()
        tickCall()
        endPages()
        for index in peers.indices where now >= peers[index].nextPing {
            peers[index].nextPing = now + Self.pingInterval
            ping(index)
            // A binding or a way may have been given up while the network was bad, and without it
            // we, or another station, are not heard.
            bindStreams(to: index)
            tellWays(anewTo: peers[index].isNewlyDirect ? index : nil)
            peers[index].isNewlyDirect = false
        }
        for index in peers.indices where now >= peers[index].nextAsking {
            peers[index].askingsLeft -= 1
            ask(index)
        }
    }

    /// Returns the next due records to a peer; nil when there are no more.
    mutating func nextRecords() -> Order? {
        for peer in peers.indices where peers[peer].isUp && peer != peerBeingRead {
            let pong = peers[peer].pongs.popLast()
            if let payload = peers[peer].exchange.nextPayload(at: now, with: pong) {
                return .send(peer: peer, payload)
            }
        }
        return nil
    }

    /// When `tickRecords` or `nextRecords` will next have something to do.
    var recordsDeadline: Instant {
        var first = min(callDeadline ?? .never, pages.deadline ?? .never)
        for request in peerRequests { first = min(first, request.until) }
        for peer in peers.indices {
            first = min(first, peers[peer].exchange.giveUpDeadline ?? .never)
            guard peers[peer].isUp else { continue }
            let asking = min(peers[peer].nextPing, peers[peer].nextAsking)
            first = min(first, peers[peer].exchange.deadline ?? .never, asking)
        }
        return first
    }

    /// Binds our streams at the peer, except those whose meaning it already knows.
    private mutating func bindStreams(to peer: Int) {
        for var wanted in bindings(of: peer) {
            let former = peers[peer].bindings.first { $0.record.stream == wanted.stream }
            if let former, former.isKnown || peers[peer].exchange.isPending(former.record.mid) {
                wanted.mid = former.record.mid
                if wanted == former.record { continue }
            }
            peers[peer].bindings.removeAll { $0.record.stream == wanted.stream }
            peers[peer].exchange.send(at: now) { mid in
                wanted.mid = mid
                return .stream(wanted)
            }
            peers[peer].bindings.append(Binding(record: wanted))
        }
    }

    /// Returns the meanings of our streams at the peer.
    ///
    /// The stream of a removed channel means nothing, and the peer must learn that: else it would
    /// go on to report a channel that no station has.
    private func bindings(of peer: Int) -> [StreamBinding] {
        let present = (targets + aimed).filter { $0.listeners.contains(peer) }
        let gone = peers[peer].bindings.filter { binding in
            let record = binding.record
            let isToBeTold =
                record.purpose == .talk
                ? record.reference != 0 : record.purpose == .none && !binding.isKnown
            return isToBeTold && !present.contains { $0.stream == record.stream }
        }.map { $0.record }
        return gone.map {
            StreamBinding(
                mid: 0, stream: $0.stream, purpose: .none, priority: .normal, reference: 0)
        }
            + present.map {
                StreamBinding(
                    mid: 0, stream: $0.stream, purpose: $0.purpose, priority: $0.priority,
                    reference: $0.reference)
            }
    }

    private mutating func forgetHearings(of peer: Int) {
        for stream in PacketFlags.streams {
            hear(stream, of: peer, as: .unbound, .normal)
        }
    }

    mutating func bound(_ binding: StreamBinding, by peer: Int) {
        hear(
            binding.stream, of: peer, as: hearing(of: binding, from: peer),
            policies[peer].priority(claiming: binding.priority))
    }

    private mutating func hear(
        _ stream: UInt8, of peer: Int, as hearing: Hearing, _ priority: Priority
    ) {
        voices.bound(stream, of: peer, to: hearing)
        orders.add(.hear(peer: peer, stream: stream, hearing, priority))
    }

    private mutating func hearing(of binding: StreamBinding, from peer: Int) -> Hearing {
        switch binding.purpose {
        case .talk: break
        case .page where pages.isHeard(stream: binding.stream, of: peer):
            return pageHearing(of: binding, from: peer)
        case .call where isHeard(peer, reference: binding.reference): return .call
        case .page: return .ignored(unheard(page: binding, by: peer))
        default: return .ignored(.over)
        }
        if binding.reference == 0 { return .direct }
        guard let channel = channel(binding.reference), channel.members.contains(peer) else {
            return .ignored(.notMember)
        }
        return channel.isListenedTo ? .channel(channel.number) : .ignored(.notListening)
    }

    private func pageHearing(of binding: StreamBinding, from peer: Int) -> Hearing {
        .page(
            channel: channel(binding.reference)?.number,
            overrides: policies[peer].priority(claiming: binding.priority) == .emergency)
    }

    func channel(_ reference: UInt64) -> Channel? {
        channels.first { $0.reference == reference }
    }

    func isMember(_ peer: Int, of reference: UInt64) -> Bool {
        channel(reference)?.members.contains(peer) ?? false
    }
}
