import Station
import Testing
import Time
import Wire

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
