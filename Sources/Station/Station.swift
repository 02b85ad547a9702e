public import Time
public import Wire

/// What stations tell each other beside the sound: who speaks where, and how it arrives.
///
/// Sans-I/O: opened records and the time go in; after every call drain `nextAction()` to nil and
/// be back at `deadline`. Peers are known by number; keys, sound and sockets not at all.
public struct Station {
    public enum Action: Sendable {
        /// To be sealed on the peer's current session.
        case send(peer: Int, ControlPayload)
        /// The sound of this stream goes there from now on.
        case hear(peer: Int, stream: UInt8, Hearing, Priority)
    }

    /// What is known of a peer's side of things.
    public struct PeerView: Sendable {
        /// Its newest report on our sound, and when it came.
        public internal(set) var report: Report?
        public internal(set) var reportAt: Instant?
        /// Whether it has bound a stream to a channel that this station does not have.
        public internal(set) var hasUnknownChannel = false
        /// The last measured round trip.
        public internal(set) var roundTrip: Duration?
        /// When that was.
        public internal(set) var roundTripAt: Instant?
    }

    /// How often a round trip is measured while the peer is up.
    public static let pingInterval = Duration.seconds(15)
    /// How long an answer may take, and how soon one more is asked for: the first may be lost.
    private static let pongMax = Duration.seconds(3)
    private static let pingAgain = Duration.milliseconds(900)

    private struct Peer {
        var exchange: RecordExchange
        var view = PeerView()
        var isUp = false
        /// The record that binds each of our streams, and whether the peer has acknowledged it.
        var bindings: [Binding] = []
        /// What each of its own streams is bound to.
        var theirs: [StreamBinding] = []
        /// Those that may still be answered, the newest last.
        var pings: [(token: UInt32, at: Instant)] = []
        var lastToken: UInt32 = 0
        var nextPing: Instant = .never
        var pongs: [UInt32] = []
    }

    private struct Binding {
        let stream: UInt8
        let reference: UInt64
        let priority: Priority
        let mid: UInt32
        var isKnown = false
    }

    private var targets: [TalkTarget]
    private var channels: [Channel]
    private var peers: [Peer]
    private var pending: [Action] = []
    private var now = Instant(nanoseconds: 0)

    /// `firstMids` holds a random number for each number a peer may have, drawn at the start.
    public init(targets: [TalkTarget], channels: [Channel], firstMids: [UInt32]) {
        precondition(targets.allSatisfy { FrameFlags.streams.contains($0.stream) })
        self.targets = targets
        self.channels = channels
        peers = firstMids.map { Peer(exchange: RecordExchange(firstMid: $0)) }
    }

    public func view(of peer: Int) -> PeerView { peers[peer].view }

    /// Other settings from now on: streams are bound anew where they mean something else, and what
    /// peers have bound is looked at again.
    public mutating func configure(
        targets: [TalkTarget], channels: [Channel], at now: Instant
    ) {
        self.now = now
        self.targets = targets
        self.channels = channels
        for peer in peers.indices {
            peers[peer].view.hasUnknownChannel = false
            for binding in peers[peer].theirs { bound(binding, by: peer) }
            if peers[peer].isUp { bindStreams(to: peer, at: now) }
        }
    }

    /// Another peer has this number from now on.
    public mutating func replace(peer: Int, firstMid: UInt32) {
        peers[peer] = Peer(exchange: RecordExchange(firstMid: firstMid))
        forgetHearings(of: peer)
    }

    /// A session with the peer is there; `isNewBoot` when it is the first since either restarted.
    public mutating func up(peer: Int, isNewBoot: Bool, at now: Instant) {
        self.now = now
        peers[peer].isUp = true
        peers[peer].nextPing = now
        if isNewBoot {
            peers[peer].exchange.restart()
            peers[peer].bindings.removeAll(keepingCapacity: true)
            peers[peer].view = PeerView()
            peers[peer].theirs.removeAll(keepingCapacity: true)
            // What its streams meant before it restarted, nobody knows.
            forgetHearings(of: peer)
        }
        bindStreams(to: peer, at: now)
    }

    /// The peer has not been heard for long, or said goodbye.
    public mutating func down(peer: Int) {
        peers[peer].isUp = false
        peers[peer].nextPing = .never
        peers[peer].pings.removeAll(keepingCapacity: true)
        peers[peer].pongs.removeAll(keepingCapacity: true)
    }

    /// There is another session with the peer: it is told again what our streams mean.
    ///
    /// It may have forgotten us without a restart, as one does that takes us out of its settings
    /// and in again; a binding it knows already costs it nothing.
    public mutating func renewed(peer: Int, at now: Instant) {
        self.now = now
        for place in peers[peer].bindings.indices { peers[peer].bindings[place].isKnown = false }
        if peers[peer].isUp { bindStreams(to: peer, at: now) }
    }

    /// Takes one opened record of a peer; those of the session (CONFIRM, CLOSE, PATH_*) and
    /// SPURT_END are others' business and pass without effect.
    public mutating func receive(_ record: ControlRecord, from peer: Int, at now: Instant) {
        self.now = now
        if let mid = record.mid, !peers[peer].exchange.arrived(mid, at: now) { return }
        switch record {
        case .ack(let list):
            peers[peer].exchange.acknowledged(list)
            for place in peers[peer].bindings.indices
            where list.contains(peers[peer].bindings[place].mid) {
                peers[peer].bindings[place].isKnown = true
            }
        case .stream(let binding):
            guard FrameFlags.streams.contains(binding.stream) else { return }
            peers[peer].theirs.removeAll { $0.stream == binding.stream }
            peers[peer].theirs.append(binding)
            bound(binding, by: peer)
        case .report(let report):
            peers[peer].view.report = report
            peers[peer].view.reportAt = now
            // Whether what it says of loss goes with a queue, only a round trip of now can tell.
            ping(peer)
        case .ping(let token):
            // One answer a packet is enough for honest peers, and bounds what others can ask.
            if peers[peer].pongs.count < 4 { peers[peer].pongs.append(token) }
        case .pong(let token):
            guard let place = peers[peer].pings.firstIndex(where: { $0.token == token }) else {
                return
            }
            peers[peer].view.roundTrip = now - peers[peer].pings[place].at
            peers[peer].view.roundTripAt = now
            peers[peer].pings.removeSubrange(0...place)
        case .confirm, .pathChallenge, .pathResponse, .spurtEnd, .close, .unknown,
            .offer, .ringing, .answer, .reject, .cancel, .bye, .signal, .result:
            // Calls, signals and relays are not part of this version: acknowledged, else ignored.
            return
        }
    }

    /// Lets time pass; call it at `deadline`.
    public mutating func tick(at now: Instant) {
        self.now = now
        for index in peers.indices where now >= peers[index].nextPing {
            peers[index].nextPing = now + Self.pingInterval
            ping(index)
            // A binding may have been given up in a bad moment; without it we are not heard.
            bindStreams(to: index, at: now)
        }
    }

    /// Asks for an answer, unless that was done just now.
    private mutating func ping(_ peer: Int) {
        guard peers[peer].isUp else { return }
        if let newest = peers[peer].pings.last, now - newest.at < Self.pingAgain { return }
        let now = now
        peers[peer].pings.removeAll { now - $0.at >= Self.pongMax }
        peers[peer].lastToken = peers[peer].lastToken &+ 0x9E37
        peers[peer].pings.append((peers[peer].lastToken, now))
        pending.append(.send(peer: peer, ControlPayload(.ping(peers[peer].lastToken))))
    }

    /// The next thing to do; nil when all is done.
    public mutating func nextAction() -> Action? {
        if !pending.isEmpty { return pending.removeFirst() }
        for index in peers.indices where peers[index].isUp {
            if let token = peers[index].pongs.popLast() {
                return .send(peer: index, ControlPayload(.pong(token)))
            }
            if let payload = peers[index].exchange.nextPayload(at: now) {
                return .send(peer: index, payload)
            }
        }
        return nil
    }

    /// When to call `tick` next; nil means never.
    public var deadline: Instant? {
        var first: Instant?
        for peer in peers where peer.isUp {
            let due = min(peer.exchange.deadline ?? .never, peer.nextPing)
            first = min(first ?? due, due)
        }
        return first
    }

    /// Tells the peer what our stream numbers mean, those it does not know yet.
    private mutating func bindStreams(to peer: Int, at now: Instant) {
        for target in targets where target.listeners.contains(peer) {
            if let known = peers[peer].bindings.first(where: { $0.stream == target.stream }) {
                let isSame =
                    known.reference == target.reference && known.priority == target.priority
                if isSame, known.isKnown || peers[peer].exchange.isPending(known.mid) { continue }
                peers[peer].bindings.removeAll { $0.stream == target.stream }
            }
            let mid = peers[peer].exchange.send(at: now) { mid in
                .stream(
                    StreamBinding(
                        mid: mid, stream: target.stream, purpose: .talk,
                        priority: target.priority, reference: target.reference))
            }
            peers[peer].bindings.append(
                Binding(
                    stream: target.stream, reference: target.reference, priority: target.priority,
                    mid: mid))
        }
    }

    private mutating func forgetHearings(of peer: Int) {
        for stream in FrameFlags.streams {
            pending.append(.hear(peer: peer, stream: stream, .unbound, .normal))
        }
    }

    private mutating func bound(_ binding: StreamBinding, by peer: Int) {
        pending.append(
            .hear(
                peer: peer, stream: binding.stream, hearing(of: binding, from: peer),
                binding.priority))
    }

    private mutating func hearing(of binding: StreamBinding, from peer: Int) -> Hearing {
        // Pages and calls are not part of this version; their sound is nobody's.
        guard binding.purpose == .talk else { return .ignored }
        if binding.reference == 0 { return .direct }
        guard let channel = channels.first(where: { $0.reference == binding.reference }) else {
            peers[peer].view.hasUnknownChannel = true
            return .ignored
        }
        let isHeard = channel.isListenedTo && channel.members.contains(peer)
        return isHeard ? .channel(channel.number) : .ignored
    }
}
