import Audio
import Config
import Testing

@testable import Intercomd

@Suite struct MediaPlanTests {
    private func made(_ audio: String, apart: String? = nil) throws -> MediaPlan {
        let config = try config("[station]\nname = a\n[audio]\n\(audio)\n")
        let roster = roster(config)
        return MediaPlan(
            config, roster, Routing(config, roster), HandsFree(config.audio, clocksApart: apart))
    }

    @Test func anEchoIsCancelledInFramesOf10MillisecondsWhereThoseAreSentAnyway() throws {
        func block(_ audio: String) throws -> Int { try made(audio).captureBlock }
        #expect(try block("echo = on") == 480)
        #expect(try block("echo = off") == 240)
        #expect(try block("profile = studio\necho = on") == 240)
        #expect(try block("profile = lowpower\necho = on") == 480)
        #expect(try block("profile = ultra\necho = on") == 120)
    }

    @Test func acrossTwoClocksTheSpeakerIsHeldDownInstead() throws {
        let one = try made("echo = on\nduplex = auto")
        #expect(one.capture.cancelsEcho && !one.isHalfDuplex)
        let two = try made("echo = on\nduplex = auto", apart: "two cards")
        #expect(two.capture.isOff && two.isHalfDuplex)
        #expect(two.captureBlock == two.sound.blockSamples)
    }
}
