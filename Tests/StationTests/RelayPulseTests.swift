import Station
import Testing
import Time

@Suite struct RelayPulseTests {
    private var relay = RelayPulse()

    func at(_ milliseconds: Int) -> Instant {
        Instant(nanoseconds: Int64(milliseconds) * 1_000_000)
    }

    /// What a relay does whose door somebody asks for whenever `wants` says so, every 0.1 s.
    private mutating func course(
        hours: Int, pulse: Duration = .seconds(3), _ wants: (Int, RelayPulse) -> Bool
    ) -> (on: [Bool], rests: [Duration]) {
        var on: [Bool] = []
        var rests: [Duration] = []
        for tenth in 0..<36_000 * hours {
            relay.tick(at: at(tenth * 100))
            if wants(tenth, relay) { _ = relay.request(pulse, at: at(tenth * 100)) }
            on.append(relay.isOn)
            if let rest = relay.takeNewRest() { rests.append(rest) }
        }
        return (on, rests)
    }

    /// Of the second half, when what it may do at first is over.
    private func share(_ on: [Bool]) -> Double {
        let late = on[(on.count / 2)...]
        return Double(late.count { $0 }) / Double(late.count)
    }

    @Test mutating func itIsOnForItsPulse() {
        #expect(!relay.isOn && relay.deadline == nil)
        let isOn = relay.request(.seconds(3), at: at(0))
        #expect(isOn)
        #expect(relay.deadline == at(3000))
        relay.tick(at: at(2999))
        #expect(relay.isOn)
        relay.tick(at: at(3000))
        #expect(!relay.isOn && relay.deadline == nil)
        // Another request makes it last longer.
        for ms in [10_000, 12_000] { _ = relay.request(.seconds(3), at: at(ms)) }
        #expect(relay.deadline == at(15_000))
        // Its line is lost.
        relay.stop()
        #expect(!relay.isOn && relay.deadline == nil)
    }

    @Test mutating func oneThatWasHeldItsLongestRestsAsLongAgainAndThenTwiceAsLongEachTime() {
        let (on, rests) = course(hours: 2) { tenth, _ in tenth % 10 == 0 }
        var expected = [30, 60, 120, 240].map { Duration.seconds($0) }
        expected += Array(repeating: .seconds(480), count: 13)
        #expect(rests == expected)
        #expect(on[..<300].allSatisfy { $0 })
        #expect(!on[300..<600].contains(true))
        #expect(on[600..<900].allSatisfy { $0 })
        #expect(share(on) < 0.07)
    }

    @Test mutating func aRestIsToldOnceAndHowMuchOfItIsLeft() {
        for second in 0...30 { _ = relay.request(.seconds(3), at: at(second * 1000)) }
        #expect(!relay.isOn)
        #expect(relay.takeNewRest() == .seconds(30))
        #expect(relay.takeNewRest() == nil)
        #expect(relay.restLeft(at: at(31_000)) == .seconds(29))
        #expect(relay.request(.seconds(3), at: at(59_999)) == false)
        #expect(relay.restLeft(at: at(60_000)) == nil)
        #expect(relay.request(.seconds(3), at: at(60_000)) == true)
    }

    @Test(arguments: [(479, 60), (480, 30)])
    func itsRestIsShortAgainWhenNobodyAskedForALongTimeAfterOne(wait: Int, next: Int) {
        var relay = RelayPulse()
        for second in 0...30 { _ = relay.request(.seconds(3), at: at(second * 1000)) }
        _ = relay.takeNewRest()
        for second in 0...30 {
            _ = relay.request(.seconds(3), at: at((60 + wait + second) * 1000))
        }
        #expect(relay.takeNewRest() == .seconds(next))
    }

    /// Whoever stays a little below the longest, over and over, does not keep a door open either.
    @Test(arguments: [1, 5, 10, 29, 60, 115, 117])
    mutating func pausesThatAreTooShortAreNoRest(_ seconds: Int) {
        var last = 0
        var begin = 0
        let (on, _) = course(hours: 4, pulse: .milliseconds(2990)) { tenth, relay in
            if relay.isOn { last = tenth }
            if !relay.isOn, tenth - last >= seconds * 10 { begin = tenth }
            return tenth - begin < 265
        }
        #expect(share(on) < 0.21)
        // In no minute and a half for more than a minute.
        let most = stride(from: 0, to: on.count - 900, by: 50).map { start in
            on[start..<start + 900].count { $0 }
        }
        #expect(most.max()! <= 601)
    }

    /// A visitor every quarter of a minute is let in all day.
    @Test mutating func aBusyDoorIsNotHeldUp() {
        let (on, rests) = course(hours: 2) { tenth, _ in tenth % 150 == 0 }
        #expect(rests.isEmpty)
        #expect(on.count { $0 } == 7200 / 15 * 30)
    }

    /// A line that is lost and found again at each pulse is no way around the rest.
    @Test mutating func aLostLineIsNoRest() {
        var asked = 0
        while relay.request(.seconds(3), at: at(asked * 100)) {
            relay.stop()
            asked += 1
        }
        #expect(asked == 10)
        #expect(relay.takeNewRest() == .seconds(30))
    }
}

@Suite struct LampPatternTests {
    let begin = Instant(nanoseconds: 7_000_000)

    /// The moments of all changes within a time, in milliseconds from the beginning, on first.
    func changes(_ pattern: LampPattern, within milliseconds: Int64) -> [Int64] {
        var found: [Int64] = []
        var now = begin
        var isLit = true
        #expect(pattern.look(since: begin, at: begin).isLit)
        while let next = pattern.look(since: begin, at: now).until {
            now = next
            let elapsed = (now - begin).milliseconds
            guard elapsed <= milliseconds else { break }
            let look = pattern.look(since: begin, at: now)
            #expect(look.isLit != isLit)
            isLit = look.isLit
            found.append(elapsed)
        }
        return found
    }

    @Test func aSteadyLampNeverChanges() {
        #expect(changes(.steady, within: 100_000) == [])
    }

    @Test func eachRhythmIsItsOwn() {
        #expect(changes(.ringing, within: 2000) == [500, 1000, 1500, 2000])
        #expect(changes(.missed, within: 2500) == [100, 300, 400, 2000, 2100, 2300, 2400])
        #expect(changes(.callLight, within: 500) == [125, 250, 375, 500])
    }

    @Test func aMomentBeforeTheBeginningIsTheBeginning() {
        let look = LampPattern.ringing.look(since: begin, at: begin - .seconds(1))
        #expect(look.isLit)
        #expect(look.until == begin + .milliseconds(500))
    }
}
