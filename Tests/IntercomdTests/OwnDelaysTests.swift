import Audio
import Config
import Testing

@testable import Intercomd
@testable import Media

@Suite struct OwnDelaysTests {
    private func delays(_ audio: String) throws -> OwnDelays {
        let config = try config("[station]\nname = a\n[audio]\n\(audio)\n")
        let directory = directory(config)
        return OwnDelays(
            MediaPlan(
                config, directory, Routing(config, directory),
                HandsFree(config.audio, clocksApart: nil)))
    }

    /// A frame of the codec, and another of what is done to the sound; shorter blocks wait until
    /// they fill one.
    @Test(arguments: [
        ("echo = off", 10.0), ("echo = on", 20), ("noise-suppression = low", 15),
        ("gain-control = on", 10),
        ("profile = studio\necho = on", 10), ("profile = lowpower\necho = on", 30),
        ("profile = ultra\necho = on", 10),
    ])
    func whatEchoAndNoiseHoldBackCounts(audio: String, input: Double) throws {
        #expect(try delays(audio).input == input)
    }

    @Test func coderAndSpeakerAreTheProfiles() throws {
        let voice = try delays("profile = voice")
        #expect(voice.codec == 6.5 && voice.output == 15)
        #expect(try delays("profile = studio").codec == 2.5)
    }
}
