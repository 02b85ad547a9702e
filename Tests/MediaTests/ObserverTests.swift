import Audio
import Realtime
import Scene
import Seeds
import Testing
import Wire

@testable import Media

/// What an observer of the network sees of a talk: lengths and moments of packets, in virtual time.
@Suite struct ObserverTests {
    /// Turns of the loop, each of so many periods: what a busy machine makes of them.
    private static func turns(_ count: Int, isUneven: Bool) -> [Int] {
        var random = SplitMix64(seed: 5)
        return (0..<count).map { _ in isUneven ? Int(random.next() % 4) : 1 }
    }

    // A talk of 100 turns from turn 20 on; after it, silence. With reports, the listener tells of
    // losses meanwhile, so packets grow, and shrink again.
    private func observe(
        _ profile: Profile, speech: Speech, isUneven: Bool, reports: Bool
    ) throws -> [ObservedLine.Seen] {
        var line = try ObservedLine.made(profile)
        let period = profile.settings.frameSamples
        var seen: [ObservedLine.Seen] = []
        var place = 0
        for (number, periods) in Self.turns(300, isUneven: isUneven).enumerated() {
            if number == 20 {
                let start = line.loop.capturePath.microphone.captured
                #expect(line.loop.talks.begin(line.target, at: start, hasRested: true) == true)
            }
            if number == 120 { line.loop.closeTalk(line.target) }
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
            seen += line.observe(turn: number)
        }
        return seen
    }

    private static let speeches = (1...3).map { Speech(seconds: 8, pauses: true, seed: $0) }
    private static let silence = Speech(samples: [Int16](repeating: 0, count: 8 * 48_000))

    @Test(arguments: Profile.allCases)
    func utterancesOfOneLengthLookAlike(_ profile: Profile) throws {
        let ways = [(true, true), (false, false), (true, false), (false, true)]
        for (isUneven, reports) in isLongRun ? ways : [ways[0]] {
            let first = try observe(
                profile, speech: Self.silence, isUneven: isUneven, reports: reports)
            #expect(first.count > 90)
            for speech in isLongRun ? Self.speeches : [Self.speeches[0]] {
                let other = try observe(
                    profile, speech: speech, isUneven: isUneven, reports: reports)
                #expect(other == first)
            }
        }
    }
}
