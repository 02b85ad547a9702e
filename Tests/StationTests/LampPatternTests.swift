import Station
import Testing
import Time

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
        #expect(changes(.calling, within: 500) == [125, 250, 375, 500])
    }

    @Test func aMomentBeforeTheBeginningIsTheBeginning() {
        let look = LampPattern.ringing.look(since: begin, at: begin - .seconds(1))
        #expect(look.isLit)
        #expect(look.until == begin + .milliseconds(500))
    }
}
