import Testing

@testable import Audio

@Suite struct NeuralConcealmentTests {
    /// Time as of a clock that is asked twice a packet.
    private static func cost(_ profile: Profile, of nanoseconds: Int64) -> Duration? {
        var time: Int64 = 0
        return ConcealmentTrial.cost(profile) {
            time += nanoseconds
            return time
        }
    }

    @Test(arguments: Profile.allCases) func theTrialTellsWhatTheClockDoes(profile: Profile) {
        let found = Self.cost(profile, of: 70)
        #expect(found == nil || found == .nanoseconds(70))
        // An old libopus has no network with any profile, and a newer one with all.
        #expect((found == nil) == (Self.cost(.voice, of: 70) == nil))
    }

    /// Two talkers may take half of a block of 5 ms, or of 10 ms.
    @Test(arguments: [
        (Profile.voice, Int64(1_250_000), true), (.voice, 1_250_001, false),
        (.lowpower, 2_500_000, true), (.lowpower, 2_500_001, false),
    ])
    func itIsUsedWhereItIsThereAndQuick(profile: Profile, nanoseconds: Int64, isQuick: Bool) {
        var time: Int64 = 0
        let fits = ConcealmentTrial.fits(profile) {
            time += nanoseconds
            return time
        }
        #expect(fits == (isQuick && Self.cost(.voice, of: 70) != nil))
    }

    @Test(arguments: Profile.allCases) func whatArrivesSoundsTheSame(profile: Profile) throws {
        var encoder = try OpusEncoder(profile)
        var plain = try OpusDecoder()
        var neural = try OpusDecoder()
        neural.concealsNeurally = true
        let size = encoder.frameSamples
        var packet = [UInt8](repeating: 0, count: PCM.payloadMax)
        func sound(_ decoder: inout OpusDecoder, isMissing: Bool = false) -> [Int16] {
            var sound = [Int16](repeating: 0, count: size)
            var room = sound.mutableSpan
            if isMissing {
                decoder.conceal(samples: size, into: &room)
            } else {
                #expect(decoder.decode(packet.span.extracting(0..<length), into: &room) == size)
            }
            return sound
        }
        var length = 0
        for number in 0..<60 {
            // As at the beginning of each talkspurt.
            if number == 50 {
                plain.reset()
                neural.reset()
            }
            let frame = (number * size..<(number + 1) * size).map {
                Int16(8_000 * Sine.of(turns: Double($0 * 200 % 48_000) / 48_000))
            }
            packet = [UInt8](repeating: 0, count: PCM.payloadMax)
            var room = packet.mutableSpan
            length = encoder.encode(frame.span, into: &room)
            #expect(sound(&plain) == sound(&neural))
        }
        // What is missing sounds as it did before the talkspurt: another way, where there is one.
        let isSame = sound(&plain, isMissing: true) == sound(&neural, isMissing: true)
        #expect(isSame == (Self.cost(profile, of: 70) == nil))
    }
}
