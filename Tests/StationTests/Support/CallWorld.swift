import Seeds
import Time
import Wire

@testable import Station

/// A few stations, a network between them, and people: in virtual time, from one seed.
struct CallWorld {
    /// One station's history of one call.
    struct Entry: Equatable {
        var starts = 0
        var ends = 0
        var ending: CallEnding?
        var summary: CallSummary?
    }

    private struct Packet {
        enum Content {
            case control(ControlPayload)
            case sound
        }

        let at: Instant
        let from: Int
        let to: Int
        /// The starts of both sides it belongs to; later ones cannot open it.
        let boots: [Int]
        let content: Content
    }

    private(set) var stations: [Switchboard] = []
    private(set) var now = Instant(nanoseconds: 1_000_000_000)
    /// By station and call; it outlives the station's restarts.
    private(set) var history: [[CallID: Entry]]
    private(set) var actions: [[Order]]
    private(set) var listeners: [[Int]]
    private(set) var events = 0
    private var heard: [[[Int]: (Hearing, Priority)]]
    private var packets: [Packet] = []
    private var boots: [Int]
    /// The last number of a record from one to another, and how many were said to be from there.
    private var mids: [[UInt32]]
    private var spoofed: UInt32 = 0
    private var random: SplitMix64
    private var nextSound: Instant
    private var nextID: UInt64 = 1

    /// Of a hundred packets, how many are lost.
    var lossPercent: UInt64 = 0
    var delayMaxMs: UInt64 = 5
    /// Pairs that cannot reach each other at all.
    var cut: Set<[Int]> = []
    /// Records the network swallows.
    var swallows: (ControlRecord) -> Bool = { _ in false }
    /// Watches every record that is sent, lost ones too.
    var sees: (ControlRecord) -> Void = { _ in }
    /// The same, and to whom it goes.
    var seesFor: (ControlRecord, Int) -> Void = { _, _ in }
    var policy = Policy() {
        didSet { for own in stations.indices { consent(own) } }
    }
    /// Of stations that have another one.
    var policies: [Int: Policy] = [:] {
        didSet { for own in stations.indices { consent(own) } }
    }
    /// The one channel, of which all are members.
    let channel: UInt64 = 0xCAFE

    init(_ count: Int, seed: UInt64 = 1) {
        random = SplitMix64(seed: seed)
        boots = Array(repeating: 0, count: count)
        mids = Array(repeating: [], count: count)
        history = Array(repeating: [:], count: count)
        actions = Array(repeating: [], count: count)
        listeners = Array(repeating: [], count: count)
        heard = Array(repeating: [:], count: count)
        nextSound = now + .seconds(1)
        for station in 0..<count { stations.append(fresh(station)) }
        for station in 0..<count { connect(station) }
    }

    private mutating func fresh(_ own: Int) -> Switchboard {
        let others = boots.indices.filter { $0 != own }
        mids[own] = boots.map { _ in UInt32(truncatingIfNeeded: random.next()) }
        var station = Switchboard(
            targets: [],
            channels: [
                Channel(number: 1, reference: channel, members: others, isListenedTo: true)
            ], firstMids: mids[own])
        station.hasCallLamp = true
        for peer in others { station.memberNames[peer] = Self.name(of: peer) }
        return station
    }

    /// What stands for a station in the records of others.
    static func name(of station: Int) -> MemberName {
        MemberName(high: 7, low: UInt64(station))
    }

    private mutating func connect(_ own: Int) {
        for peer in stations.indices where peer != own {
            stations[own].up(peer: peer, isNewBoot: true, at: now)
            settle(own)
        }
    }

    mutating func draw(_ below: Int) -> Int { Int(random.next() % UInt64(below)) }

    mutating func newID() -> CallID {
        nextID += 1
        return CallID(high: nextID, low: random.next() | 1)
    }

    /// A person's action at one station, with its immediate effects.
    mutating func act<Outcome>(_ station: Int, _ what: (inout Switchboard, Instant) -> Outcome)
        -> Outcome
    {
        let outcome = what(&stations[station], now)
        settle(station)
        return outcome
    }

    @discardableResult
    mutating func call(
        _ from: Int, _ to: [Int], mode: Offer.Mode = .call, priority: Priority = .normal,
        isJoined: Bool = false, id: CallID? = nil
    ) -> CallID {
        let id = id ?? newID()
        let reference = isJoined ? channel : 0
        _ = act(from) {
            $0.call(
                to, id: id, mode: mode, priority: priority, reference: reference,
                isJoined: isJoined, at: $1)
        }
        return id
    }

    /// Calls, and the offer has arrived.
    @discardableResult
    mutating func ring(
        _ from: Int, _ to: [Int], mode: Offer.Mode = .call, priority: Priority = .normal,
        isJoined: Bool = false, id: CallID? = nil, wait: Duration = Self.moment
    ) -> CallID {
        let id = call(from, to, mode: mode, priority: priority, isJoined: isJoined, id: id)
        run(for: wait)
        return id
    }

    /// Station 0 asks station 1 for something.
    mutating func ask(
        _ target: Signal.Target, _ reference: UInt64 = 0, time: Duration = .zero
    ) -> UInt32 {
        act(0) { $0.ask(1, target, reference: reference, time: time, called: "it", at: $1) }
    }

    mutating func answer(_ station: Int, wait: Duration = Self.moment) {
        act(station) { $0.handle(.answer, at: $1) }
        run(for: wait)
    }

    mutating func reject(_ station: Int, wait: Duration = Self.moment) {
        act(station) { $0.handle(.reject, at: $1) }
        run(for: wait)
    }

    mutating func hangUp(_ station: Int, wait: Duration = Self.moment) {
        act(station) { $0.handle(.hangUp, at: $1) }
        run(for: wait)
    }

    func state(_ station: Int) -> CallState? { stations[station].call?.state }

    /// A call of station 0 that station 1 has answered.
    @discardableResult
    mutating func connected() -> CallID {
        let id = ring(0, [1])
        answer(1)
        return id
    }

    /// A record that the peer could send, but does not, in a packet that may be so old.
    mutating func inject(_ record: ControlRecord, from: Int, to: Int, age: Duration = .zero) {
        stations[to].receive(record, from: from, at: now, age: age)
        settle(to)
    }

    /// An offer of the first station, made so many tenths of a second ago, reaches the second one.
    mutating func offer(
        _ id: CallID, mode: Offer.Mode = .call, ttl: UInt16 = 30_000, madeAgo tenths: UInt8 = 0,
        age: Duration = .zero
    ) {
        let offer = Offer(
            mid: 9, id: id, mode: mode, priority: .normal, ttl: ttl, age: tenths, reference: 0)
        inject(.offer(offer), from: 0, to: 1, age: age)
    }

    /// The same, with a number that the peer has not used, and does not use later.
    mutating func inject(from: Int, to: Int, _ record: (UInt32) -> ControlRecord) {
        spoofed += 1
        inject(record(mids[from][to] &- 200 &+ spoofed), from: from, to: to)
    }

    func hearing(_ own: Int, _ peer: Int, _ stream: Int) -> Hearing? {
        heard[own][[peer, stream]]?.0
    }

    func priority(_ own: Int, _ peer: Int, _ stream: Int) -> Priority? {
        heard[own][[peer, stream]]?.1
    }

    func states(_ own: Int) -> [CallState] {
        actions[own].compactMap { order in
            switch order {
            case .notice(.callStands(_, let state)): state
            case .want: .trying
            default: nil
            }
        }
    }

    func notices(_ own: Int) -> [CallNotice] {
        actions[own].compactMap { action in
            if case .notice(.inCall(let notice, _)) = action { notice } else { nil }
        }
    }

    /// What is played here to tell the room of a call.
    func signs(_ own: Int) -> [Order] {
        actions[own].filter { order in
            switch order {
            case .sound(.beep), .sound(.chime): true
            default: false
            }
        }
    }

    /// The events of pages and requests, in words.
    func pages(_ own: Int) -> [String] {
        actions[own].compactMap { action in
            switch action {
            case .notice(.pageBegan(let peer, _, _)): "began \(peer)"
            case .notice(.pageEnded(let peer, let isTimeUp)):
                "\(isTimeUp ? "time up" : "ended") \(peer)"
            case .sound(.press(let target, isDown: false)): "own time up \(target)"
            case .notice(.signal(_, let time)): "lit for \(time.milliseconds / 1_000) s"
            case .switchRelay(_, let signal): "asked for relay \(signal.reference)"
            case .notice(.result(_, let request, _, let status)):
                "result \(request) \(status.map { "\($0.rawValue)" } ?? "none")"
            case .notice(.refused(_, let refusal, let count)):
                "refused \(refusal.rawValue) \(count)"
            default: nil
            }
        }
    }

    func ending(_ station: Int, _ id: CallID) -> CallEnding? { history[station][id]?.ending }

    /// Kills a station and starts it again.
    mutating func crash(_ own: Int, recovers: Bool = true, wait: Duration = .zero) {
        boots[own] += 1
        listeners[own] = []
        stations[own] = fresh(own)
        consent(own)
        let ended = history[own].keys.sorted().suffix(32).map { $0 }
        if recovers {
            // The history closes the record that it finds open.
            for (id, entry) in history[own] where entry.ends < entry.starts {
                history[own][id]!.ends += 1
            }
            act(own) { $0.recover(ended: ended, at: $1) }
        }
        connect(own)
        for peer in stations.indices where peer != own {
            stations[peer].up(peer: own, isNewBoot: true, at: now)
            settle(peer)
        }
        run(for: wait)
    }

    /// Long enough for a record to the peer and its answer.
    static let moment = Duration.milliseconds(50)

    /// Lets time pass, with all that happens in it.
    mutating func run(for duration: Duration = Self.moment, cut: Set<[Int]>? = nil) {
        self.cut = cut ?? self.cut
        guard duration > .zero else { return }
        let end = now + duration
        while let moment = nextMoment, moment <= end { step(to: moment) }
        now = end
    }

    /// Lets the next event happen.
    mutating func step() {
        if let moment = nextMoment { step(to: moment) }
    }

    private var nextMoment: Instant? {
        var first = nextSound
        for packet in packets { first = min(first, packet.at) }
        for station in stations { if let due = station.deadline { first = min(first, due) } }
        return max(first, now)
    }

    private mutating func step(to moment: Instant) {
        events += 1
        now = max(now, moment)
        if let place = packets.firstIndex(where: { $0.at <= now }) {
            deliver(packets.remove(at: place))
        } else if now >= nextSound {
            nextSound = nextSound + .milliseconds(500)
            for from in stations.indices {
                for to in listeners[from] { send(.sound, from, to) }
            }
        } else {
            for own in stations.indices where (stations[own].deadline ?? .distantFuture) <= now {
                stations[own].tick(at: now)
                settle(own)
            }
        }
    }

    private mutating func deliver(_ packet: Packet) {
        guard packet.boots == [boots[packet.from], boots[packet.to]] else { return }
        switch packet.content {
        case .sound: stations[packet.to].heard(peer: packet.from, at: now)
        case .control(let payload):
            var records: [ControlRecord] = []
            _ = ControlReader.read(payload.bytes.span) { records.append($0) }
            for record in records where !swallows(record) {
                stations[packet.to].receive(record, from: packet.from, at: now)
            }
        }
        settle(packet.to)
    }

    private mutating func send(_ content: Packet.Content, _ from: Int, _ to: Int) {
        if case .control(let payload) = content {
            _ = ControlReader.read(payload.bytes.span) {
                sees($0)
                if let mid = $0.mid, Int32(bitPattern: mid &- mids[from][to]) > 0 {
                    mids[from][to] = mid
                }
                seesFor($0, to)
            }
        }
        guard random.next() % 100 >= lossPercent, !cut.contains([min(from, to), max(from, to)])
        else { return }
        let delay = Duration.microseconds(Int64(random.next() % (delayMaxMs * 1000 + 1)))
        packets.append(
            Packet(
                at: now + delay, from: from, to: to, boots: [boots[from], boots[to]],
                content: content))
    }

    private mutating func settle(_ own: Int) {
        while let order = stations[own].nextOrder() {
            switch order {
            case .send(let peer, let payload): send(.control(payload), own, peer)
            case .sound(.hear(let peer, let stream, let hearing, let priority)):
                heard[own][[peer, Int(stream)]] = (hearing, priority)
            default: note(order, at: own)
            }
            if let open = stations[own].call?.summary, !open.isOutgoing, !isAllowed(open, at: own) {
                trespasses.append("station \(own) is in call \(open.id.high) against its policy")
            }
        }
    }

    /// Calls that a station's policy forbids, but that it accepted.
    private(set) var trespasses: [String] = []

    private func isAllowed(_ call: CallSummary, at own: Int) -> Bool {
        let policy = policies[own] ?? policy
        guard call.priority < .emergency || policy.emergency else { return false }
        return switch call.mode {
        case .announce: policy.announce
        case .dropIn: policy.dropIn
        case .listenIn: policy.monitor
        default: policy.call != .never
        }
    }

    /// Stations at which nobody notices a call that rings, and why.
    var unnoticed: [Int: Unheard] = [:] {
        didSet { for (own, why) in unnoticed { stations[own].ringUnheard = why } }
    }

    /// Stations with do-not-disturb.
    var resting: Set<Int> = [] {
        didSet { for own in stations.indices { consent(own) } }
    }

    /// A peer is removed from the channel, in the settings of one station.
    mutating func leaves(_ peer: Int, theChannelOf own: Int) {
        let members = stations.indices.filter { $0 != own && $0 != peer }
        let channel = Channel(number: 1, reference: channel, members: members, isListenedTo: true)
        act(own) { $0.configure(targets: [], channels: [channel], at: $1) }
        consent(own)
    }

    private mutating func consent(_ own: Int) {
        let policies = Array(repeating: policies[own] ?? policy, count: boots.count)
        let availability: Availability = resting.contains(own) ? .doNotDisturb : .open
        stations[own].consent(to: policies, availability, at: now)
        settle(own)
    }

    private mutating func note(_ order: Order, at own: Int) {
        actions[own].append(order)
        if actions[own].count > 200 { actions[own].removeFirst(100) }
        switch order {
        case .notice(.callBegan(let summary)):
            history[own][summary.id, default: Entry()].starts += 1
            history[own][summary.id]!.summary = summary
        case .notice(.callEnded(let summary, let ending)):
            history[own][summary.id, default: Entry()].ends += 1
            history[own][summary.id]!.ending = ending
            history[own][summary.id]!.summary = summary
        case .sound(.aim(_, let to)): listeners[own] = Array(to)
        case .switchRelay(let peer, let signal):
            stations[own].answer(signal, of: peer, with: .done)
        default: break
        }
    }

    /// The contradictions in who is in which call, and in the records; empty when all agree.
    func disagreements() -> [String] {
        var found = trespasses
        for own in stations.indices {
            let open = stations[own].call
            for (id, entry) in history[own] {
                let isOpen = open?.summary.id == id
                if entry.starts != 1 || entry.ends != (isOpen ? 0 : 1) {
                    found.append(
                        "station \(own), call \(id.high): \(entry.starts) starts, "
                            + "\(entry.ends) ends, \(isOpen ? "open" : "over")")
                }
            }
            guard let open else { continue }
            for peer in stations[own].participants
            where stations[peer].call?.summary.id != open.summary.id
                || !stations[peer].participants.contains(own)
            {
                found.append("station \(own) is in call \(open.summary.id.high) with \(peer) alone")
            }
        }
        return found
    }
}

extension Instant {
    static let distantFuture = Instant(nanoseconds: .max)
}
