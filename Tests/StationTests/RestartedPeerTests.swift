import Station
import Testing
import Time
import Wire

/// What a peer may have acted on before it restarted, it is not asked for again.
@Suite struct RestartedPeerTests {
    let start = Instant(nanoseconds: 1_000_000_000)

    /// A station with peer 0 up, which has nothing more to say.
    private func station() -> Station {
        var station = Station(targets: [], channels: [], firstMids: [100])
        station.up(peer: 0, isNewBoot: true, at: start)
        _ = sent(by: &station)
        return station
    }

    private func sent(by station: inout Station) -> [ControlRecord] {
        var found: [ControlRecord] = []
        while let action = station.nextAction() {
            guard case .send(_, let payload) = action else { continue }
            _ = ControlReader.read(payload.bytes.span) { found.append($0) }
        }
        return found
    }

    private func offers(by station: inout Station) -> [Offer] {
        sent(by: &station).compactMap { if case .offer(let offer) = $0 { offer } else { nil } }
    }

    private func requests(by station: inout Station) -> Int {
        sent(by: &station).filter { if case .signal = $0 { true } else { false } }.count
    }

    private func ask(_ station: inout Station, at now: Instant) {
        _ = station.ask(0, .relay, reference: 1, time: .zero, called: "it", at: now)
    }

    private func call(_ station: inout Station, at now: Instant) {
        let problem = station.call(
            [0], id: CallID(high: 1, low: 2), mode: .dropIn, at: now)
        #expect(problem == nil)
    }

    @Test func aRequestThatWentOutIsNotSentToTheNextRun() {
        var station = station()
        ask(&station, at: start)
        #expect(requests(by: &station) == 1)
        station.up(peer: 0, isNewBoot: true, at: start + .milliseconds(50))
        for wait in [50, 100, 300, 600, 1_000] {
            station.tick(at: start + .milliseconds(wait))
            #expect(requests(by: &station) == 0)
        }
    }

    @Test func aRequestIsNotSentAgainWhenTheSessionWasClosed() {
        var station = station()
        ask(&station, at: start)
        #expect(requests(by: &station) == 1)
        station.down(peer: 0, at: start + .milliseconds(20))
        station.up(peer: 0, isNewBoot: false, at: start + .milliseconds(50))
        station.tick(at: start + .milliseconds(500))
        #expect(requests(by: &station) == 0)
    }

    @Test func aRequestOfAPeerThatIsDownGoesOutWhenItIsUp() {
        var station = station()
        station.down(peer: 0, at: start)
        ask(&station, at: start)
        #expect(requests(by: &station) == 0)
        station.up(peer: 0, isNewBoot: true, at: start + .milliseconds(900))
        #expect(requests(by: &station) > 0)
    }

    @Test func anOfferThatWentOutOpensNothingByItselfAtTheNextRun() {
        var station = station()
        call(&station, at: start)
        #expect(offers(by: &station).map { $0.age } == [0])
        station.up(peer: 0, isNewBoot: true, at: start + .milliseconds(50))
        let again = offers(by: &station)
        #expect(!again.isEmpty)
        #expect(again.allSatisfy { $0.age == .max })
    }

    @Test func anOfferThatWaitedForASessionIsAsOldAsItIs() {
        var station = station()
        station.down(peer: 0, at: start)
        call(&station, at: start)
        _ = sent(by: &station)
        station.up(peer: 0, isNewBoot: true, at: start + .milliseconds(700))
        #expect(offers(by: &station).first?.age == 7)
    }

    /// The callers' times are over there, too: a short ring time ends before the offer is too old.
    @Test func anOfferIsVoidWhenItsTimeWasUpWhileItWasHeld() {
        var station = station()
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
