import Station
import Testing
import Time
import Wire

/// Settings that change while stations talk.
@Suite struct ReconfigurationTests {
    let start = Instant(nanoseconds: 1_000_000_000)
    let house: UInt64 = 0xA1
    let yard: UInt64 = 0xB2

    private func target(_ stream: UInt8, _ reference: UInt64, _ listeners: [Int]) -> TalkTarget {
        TalkTarget(stream: stream, reference: reference, listeners: PeerSet(listeners))
    }

    private func channel(_ number: Int, _ reference: UInt64, _ members: [Int]) -> Channel {
        Channel(number: number, reference: reference, members: members, isListenedTo: true)
    }

    private var station: Switchboard

    /// A station with the channel of the house, and peer 0 up.
    init() {
        let listeners: PeerSet = [0, 1]
        station = Switchboard(
            targets: [TalkTarget(stream: 1, reference: house, listeners: listeners)],
            channels: [
                Channel(number: 1, reference: house, members: [0, 1], isListenedTo: true)
            ], firstMids: [100, 200])
        station.up(peer: 0, isNewBoot: true, at: start)
        _ = station.drained()
        var list = Acknowledgement(100)
        list.append(101)
        station.receive(.ack(list), from: 0, at: start)
    }

    private func binds(_ stream: UInt8, _ reference: UInt64, mid: UInt32) -> ControlRecord {
        .stream(
            StreamBinding(
                mid: mid, stream: stream, purpose: .talk, priority: .normal, reference: reference))
    }

    @Test mutating func onlyWhatIsNewOrMeansAnotherChannelIsBound() {
        station.configure(
            targets: [target(1, house, [0, 1])], channels: [channel(1, house, [0, 1])], at: start)
        #expect(station.drained().isEmpty)
        station.configure(
            targets: [target(1, house, [0, 1]), target(2, yard, [0])],
            channels: [channel(1, house, [0, 1]), channel(2, yard, [0])], at: start)
        #expect(station.drained().records().bindings.map(\.reference) == [yard])
        station.configure(
            targets: [target(1, yard, [0])], channels: [channel(1, yard, [0])], at: start)
        // Stream 2 means nothing any more.
        #expect(station.drained().records().bindings.map(\.reference) == [0, yard])
    }

    @Test mutating func aChannelThatWentAndCameBackIsBoundAgainAtOnce() {
        station.configure(
            targets: [target(2, yard, [0])], channels: [channel(2, yard, [0])], at: start)
        #expect(station.drained().records().bindings.map(\.reference) == [0, yard])
        station.configure(
            targets: [target(1, house, [0])], channels: [channel(1, house, [0])], at: start)
        #expect(station.drained().records().bindings.map(\.reference) == [0, house])
    }

    @Test mutating func whatAPeerHasBoundIsLookedAtAgain() {
        station.receive(binds(4, yard, mid: 1), from: 0, at: start)
        #expect(station.drained().hearings == [.ignored(.notMember)])
        #expect(station.view(of: 0).hasUnknownChannel)
        station.configure(targets: [], channels: [channel(7, yard, [0])], at: start)
        #expect(station.drained().hearings == [.channel(7)])
        #expect(!station.view(of: 0).hasUnknownChannel)
        station.configure(targets: [], channels: [channel(7, yard, [1])], at: start)
        #expect(station.drained().hearings == [.ignored(.notMember)])
    }

    @Test mutating func aNumberGivenToAnotherPeerForgetsTheOneBefore() {
        station.receive(binds(4, house, mid: 1), from: 0, at: start)
        _ = station.drained()
        station.replace(peer: 0, firstMid: 500, at: start)
        #expect(station.drained().hearings == Array(repeating: .unbound, count: 32))
        station.configure(targets: [], channels: [channel(1, house, [0])], at: start)
        #expect(station.drained().hearings.isEmpty)
        // Its own numbers begin elsewhere, and the same record is new to it.
        station.receive(binds(4, house, mid: 1), from: 0, at: start)
        #expect(station.drained().hearings == [.channel(1)])
    }

    @Test func noTwoTargetsAreOfOneNumber() {
        let targets =
            (1..<32).map { target(UInt8($0), UInt64($0), [0]) }
            + (0..<62).map { target(0, 0, [$0]) }
        #expect(Set(targets.map { $0.id }) == Set(1..<94))
    }
}

/// A channel that one of two stations has no more.
@Suite struct ChannelGoneTests {
    private let start = Instant(nanoseconds: 1_000_000_000)
    private var talker = Switchboard(
        targets: [TalkTarget(stream: 3, reference: 0xA1, listeners: [0])],
        channels: [Channel(number: 1, reference: 0xA1, members: [0], isListenedTo: true)],
        firstMids: [100])
    private var listener = Switchboard(targets: [], channels: [], firstMids: [100])

    /// The channel goes while there is a session, while there is none, or while every packet of it
    /// is lost for longer than a record is sent again.
    @Test(arguments: ["there", "away", "lossy"])
    mutating func aPeerIsToldThatTheChannelIsGone(how: String) {
        talker.up(peer: 0, isNewBoot: true, at: start)
        listener.up(peer: 0, isNewBoot: true, at: start)
        exchange(at: start)
        #expect(listener.view(of: 0).hasUnknownChannel)
        let later = start + .seconds(1)
        if how == "away" { talker.down(peer: 0, at: later) }
        talker.configure(targets: [], channels: [], at: later)
        if how == "lossy" {
            for second in 0..<10 {
                talker.tick(at: later + .seconds(second))
                while talker.nextOrder() != nil {}
            }
            talker.tick(at: later + .seconds(20))
        }
        if how == "away" {
            exchange(at: later + .seconds(20))
            #expect(listener.view(of: 0).hasUnknownChannel)
            talker.up(peer: 0, isNewBoot: false, at: later + .seconds(20))
        }
        exchange(at: later + .seconds(20))
        #expect(!listener.view(of: 0).hasUnknownChannel)
    }

    /// The talker acts now and is heard.
    private mutating func exchange(at now: Instant) {
        for _ in 0..<2 {
            while let order = talker.nextOrder() {
                guard case .send(_, let payload) = order else { continue }
                _ = ControlReader.read(payload.bytes.span) {
                    listener.receive($0, from: 0, at: now)
                }
            }
            while let order = listener.nextOrder() {
                guard case .send(_, let payload) = order else { continue }
                _ = ControlReader.read(payload.bytes.span) { talker.receive($0, from: 0, at: now) }
            }
        }
    }
}

/// What a peer may have acted on before it restarted, it is not asked for again.
@Suite struct RestartedPeerTests {
    let start = Instant(nanoseconds: 1_000_000_000)

    private var station = Switchboard(targets: [], channels: [], firstMids: [100])

    /// Peer 0 is up, and the station has nothing more to say.
    init() {
        station.up(peer: 0, isNewBoot: true, at: start)
        _ = station.drained()
    }

    private mutating func offers() -> [Offer] {
        station.drained().records().compactMap {
            if case .offer(let offer) = $0 { offer } else { nil }
        }
    }

    private mutating func requests() -> Int {
        station.drained().records().count { if case .signal = $0 { true } else { false } }
    }

    private mutating func ask() {
        _ = station.ask(0, .relay, reference: 1, time: .zero, called: "it", at: start)
    }

    private mutating func call() {
        #expect(station.call([0], id: CallID(high: 1, low: 2), mode: .dropIn, at: start) == nil)
    }

    @Test mutating func aRequestThatWentOutIsNotSentToTheNextRun() {
        ask()
        #expect(requests() == 1)
        station.up(peer: 0, isNewBoot: true, at: start + .milliseconds(50))
        for wait in [50, 100, 300, 600, 1_000] {
            station.tick(at: start + .milliseconds(wait))
            #expect(requests() == 0)
        }
    }

    @Test mutating func aRequestOfAPeerThatIsDownGoesOutWhenItIsUp() {
        station.down(peer: 0, at: start)
        ask()
        #expect(requests() == 0)
        station.up(peer: 0, isNewBoot: true, at: start + .milliseconds(900))
        #expect(requests() > 0)
    }

    @Test mutating func anOfferThatWentOutOpensNothingByItselfAtTheNextRun() {
        call()
        #expect(offers().map { $0.age } == [0])
        station.up(peer: 0, isNewBoot: true, at: start + .milliseconds(50))
        let again = offers()
        #expect(!again.isEmpty)
        #expect(again.allSatisfy { $0.age == .max })
    }

    @Test mutating func anOfferThatWaitedForASessionIsAsOldAsItIs() {
        station.down(peer: 0, at: start)
        call()
        _ = station.drained()
        station.up(peer: 0, isNewBoot: true, at: start + .milliseconds(700))
        #expect(offers().first?.age == 7)
    }

    /// The callers' times are over there, too: a short ring time ends before the offer is too old.
    @Test mutating func anOfferIsVoidWhenItsTimeWasUpWhileItWasHeld() {
        var policy = Policy()
        policy.dropIn = true
        station.consent(to: [policy], .open, at: start)
        let offer = Offer(
            mid: 9, id: CallID(high: 3, low: 4), mode: .dropIn, priority: .normal, ttl: 1_000,
            age: 0, reference: 0)
        station.receive(.offer(offer), from: 0, at: start, age: .milliseconds(1_000))
        #expect(station.call == nil)
    }
}
