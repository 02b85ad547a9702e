import Audio
import HAL
import Realtime
import Scene
import Seeds
import Station
import Testing
import Time
import Wire

@testable import Crypto
@testable import Media

/// What an observer of the network sees of a talk: lengths and moments of packets, in virtual time.
@Suite struct CoverTests {
    /// Turns of the loop, each of so many periods: what a busy machine makes of them.
    private static func turns(_ count: Int, isUneven: Bool) -> [Int] {
        var random = SplitMix64(seed: 5)
        return (0..<count).map { _ in isUneven ? Int(random.next() % 4) : 1 }
    }

    private struct Outcome {
        var seen: [CoverLine.Seen] = []
        var kinds: [FrameFlags.Kind] = []
    }

    // A talk from turn 20 on, of so many turns, with this draw for its tail; after it, silence.
    // With reports, the listener tells of losses meanwhile, so packets grow, and shrink again.
    private func observe(
        _ profile: Profile, _ cover: Cover, speech: Speech, talk: Int, draw: UInt16 = 0,
        isUneven: Bool = false, reports: Bool = false, period: Int? = nil
    ) throws -> Outcome {
        var line = try CoverLine.made(profile, cover)
        line.loop.talks.foretold = draw
        let period = period ?? profile.settings.frameSamples
        var outcome = Outcome()
        var place = 0
        for (number, periods) in Self.turns(300, isUneven: isUneven).enumerated() {
            if number == 20 {
                let start = line.loop.capturePath.microphone.captured
                #expect(line.loop.talks.begin(line.target, at: start, hasRested: true) == true)
            }
            if number == 20 + talk { line.loop.closeTalk(line.target) }
            if reports, number == 40 || number == 70 {
                var choice = Redundancy.Choice(
                    frameSize: number == 40 ? 40 : PCM.payloadMax, room: AudioPacket.roomMax)
                choice.depth = number == 40 ? 2 : 0
                line.loop.socket.peers[0].protection = choice
                line.loop.talks.isFrameSizeDue = true
            }
            let end = (place + periods * period) % (speech.samples.count - 4 * period)
            line.turn(speech.samples[(end > place ? place : 0)..<(end > place ? end : 0)])
            if end <= place, periods > 0 { line.turn(speech.samples[0..<periods * period]) }
            place = end
            for one in line.observe(turn: number) {
                outcome.seen.append(one.seen)
                outcome.kinds.append(one.kind)
            }
        }
        return outcome
    }

    private static let speeches = (1...3).map { Speech(seconds: 8, pauses: true, seed: $0) }
    private static let silence = Speech(samples: [Int16](repeating: 0, count: 8 * 48_000))

    @Test(arguments: Profile.allCases, [Cover.off, .spurt])
    func utterancesOfOneLengthLookAlike(_ profile: Profile, _ cover: Cover) throws {
        let ways = [(true, true), (false, false), (true, false), (false, true)]
        for (isUneven, reports) in isLongRun ? ways : [ways[0]] {
            let first = try observe(
                profile, cover, speech: Self.silence, talk: 100, isUneven: isUneven,
                reports: reports)
            #expect(first.kinds.count { $0 == .audio } > 90)
            for speech in isLongRun ? Self.speeches : [Self.speeches[0]] {
                let other = try observe(
                    profile, cover, speech: speech, talk: 100, isUneven: isUneven,
                    reports: reports)
                #expect(other.seen == first.seen)
            }
        }
    }

    /// Without cover the end of a talk is where it is; with it, any within half a second would look
    /// like this one.
    @Test(arguments: Profile.allCases)
    func theEndOfATalkspurtDoesNotShow(_ profile: Profile) throws {
        let frame = profile.settings.frameNanoseconds
        let most = Int(CoverTail.most.nanoseconds / frame)
        /// The number whose tail has so many packets after the least.
        func draw(_ packets: Int) -> UInt16 { UInt16((packets * 65_536 + most) / (most + 1)) }
        let long = try observe(profile, .spurt, speech: Self.speeches[0], talk: 110, draw: draw(3))
        let short = try observe(
            profile, .spurt, speech: Self.speeches[1], talk: 100, draw: draw(13))
        #expect(long.seen == short.seen)
        #expect(long.kinds != short.kinds)
        #expect(long.kinds.count { $0 == .control } == 3)
        // One packet in each turn, from the first to the last.
        #expect(long.seen.map(\.turn) == Array(20..<20 + long.seen.count))
        let bare = try observe(profile, .off, speech: Self.speeches[0], talk: 110)
        #expect(bare.kinds.count { $0 == .cover } == 0)
        let barer = try observe(profile, .off, speech: Self.speeches[1], talk: 100)
        #expect(bare.seen != barer.seen, "the test sees a difference where there is one")
    }

    /// The same where a period of the card is no whole number of frames, or several: the rhythm
    /// goes on.
    @Test(arguments: Profile.allCases, [192, 256, 960, 1024])
    func theRhythmGoesOnBehindATalk(_ profile: Profile, period: Int) throws {
        let frame = profile.settings.frameSamples
        let most = Int(CoverTail.most.nanoseconds / profile.settings.frameNanoseconds)
        // The shorter talk ends so many periods earlier, which are whole frames.
        let earlier = (1...).first { $0 * period % frame == 0 && $0 * period >= 4800 }!
        let packets = earlier * period / frame
        func draw(_ packets: Int) -> UInt16 { UInt16((packets * 65_536 + most) / (most + 1)) }
        // Each begins and ends elsewhere in a frame; sixteen rhythms are some of them, too.
        for talk in isLongRun ? [110, 111, 112] : [111] {
            let long = try observe(
                profile, .spurt, speech: Self.speeches[0], talk: talk, draw: draw(0),
                period: period)
            let short = try observe(
                profile, .spurt, speech: Self.speeches[1], talk: talk - earlier,
                draw: draw(packets), period: period)
            let other = zip(long.seen, short.seen).first { $0 != $1 }
            #expect(other == nil && long.seen.count == short.seen.count)
            #expect(long.kinds != short.kinds)
        }
    }

    @Test func aTailIsAnyUpToHalfASecond() {
        for frame: Int64 in [2_500_000, 5_000_000, 10_000_000, 20_000_000] {
            var lengths: Set<Int> = []
            for draw in stride(from: UInt16(0), through: .max, by: 17) {
                var tail = CoverTail()
                tail.begin(to: PeerSet([0]), frame: frame, draw: draw)
                var ends: [Int] = []
                var count = 0
                while let packet = tail.next() {
                    if packet == .end { ends.append(count) }
                    count += 1
                }
                let step = Int(20_000_000 / frame)
                #expect(ends == [0, step, 2 * step])
                lengths.insert(count - 2 * step - 1)
            }
            #expect(lengths == Set(0...Int(500_000_000 / frame)))
        }
        let draws = Set((0..<200).map { _ in Cover.draw() })
        #expect(draws.count > 150)
    }
}
