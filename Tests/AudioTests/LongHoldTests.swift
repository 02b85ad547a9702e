import Audio
import Scene
import Testing
import Time

/// Networks that stop for longer than any useful delay, as on a drive.
@Suite struct LongHoldTests {
    static let talk = Result { try Talk(Speech(seconds: 30, pauses: true), perPacket: 2) }

    /// A minute in which the network stops for this long, every ten seconds.
    private func play(holdMs: Double) throws -> (TraceFigures, skippedMs: UInt64) {
        let delays = (0..<3_000).map { number -> Double? in
            let sinceHold = Double((number + 250) % 500) * 20
            return 20 + max(0, holdMs - sinceHold)
        }
        var voice = try Voice()
        let figures = try Trace(delays: delays).play(Self.talk.get(), voice: &voice)
        return (figures, voice.totals.skippedMs)
    }

    @Test func whatWasHeldForLessThanASecondIsHeardAndNotSkipped() throws {
        let (figures, skippedMs) = try play(holdMs: 900)
        #expect(skippedMs == 0)
        // The silence alone is 9 %.
        #expect(figures.concealedPercent < 11, "\(figures)")
        // It catches up at twice the speed: at one and a half the mean is 115 ms.
        #expect(figures.meanDelay < 108, "\(figures)")
    }

    @Test func oneOf50PacketsHeldWithAllBehindItIsNotMissed() throws {
        let delays = (0..<3_000).map { number -> Double? in
            20 + max(0, 200 - Double(number % 50) * 20)
        }
        var voice = try Voice()
        let figures = try Trace(delays: delays).play(Self.talk.get(), voice: &voice)
        #expect(figures.concealedPercent <= 2, "\(figures)")
        // A buffer that may not grow so far misses it.
        var short = try Voice(delayMax: .milliseconds(60))
        let missed = try Trace(delays: delays).play(Self.talk.get(), voice: &short)
        #expect(missed.concealedPercent > 2, "\(missed)")
    }

    /// The rest of the second talkspurt begins at once, not when the first would have ended.
    @Test func ofTwoTalksReleasedAtOnceTheFirstMayBeLeftOutWhole() throws {
        var voice = try Voice(blockSamples: 240)
        // CELT, 2.5 ms (RFC 6716, 3.1).
        let packet: [UInt8] = [0xE0, 0x7F, 0xFF, 0xFE]
        let begin = Instant(nanoseconds: 5_000_000_000)
        for number in 0..<1_000 {
            voice.insert(
                sequence: UInt16(number), payload: packet.span,
                isSpurtStart: number < 10 || (20..<30).contains(number),
                isLast: number == 19 || number == 999, at: begin)
        }
        var room = Block(repeating: 0)
        var sounding: [Int] = []
        for block in 1..<200 {
            var all = room.mutableSpan
            var sound = all._mutatingExtracting(first: 240)
            if voice.pull(into: &sound, at: begin + .milliseconds(block * 5)) {
                sounding.append(block)
            }
        }
        #expect(sounding.first ?? 200 < 10)
        // At most 128 frames of 2.5 ms are left, less the part cut from a pause.
        #expect((25...66).contains(sounding.count), "\(sounding)")
        let (isActive, totals) = (voice.isActive, voice.totals)
        #expect(!isActive)
        #expect(totals.restarts == 0)
        #expect((2_180...2_210).contains(totals.skippedMs))
    }
}
