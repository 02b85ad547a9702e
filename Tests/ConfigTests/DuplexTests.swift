import Testing

@testable import Config

@Suite struct DuplexTests {
    private func audio(_ text: String) throws -> Config.Audio {
        try parse("[station]\nname = a\n[audio]\n\(text)").audio
    }

    @Test func withoutEchoCancellingAutoIsHalf() throws {
        let audio = try audio("duplex = auto")
        #expect(audio.isHalfDuplex && !audio.cancelsEcho && audio.echoState == "off")
        #expect(audio.duplexReason == "echo = off")
    }

    @Test(arguments: ["on", "auto"]) func withOneCardAutoIsFull(echo: String) throws {
        let audio = try audio("input = card:A\noutput = card:A\necho = \(echo)")
        #expect(!audio.isHalfDuplex && audio.cancelsEcho && audio.echoState == "on")
        #expect(audio.duplexReason == "the echo is cancelled")
    }

    @Test func acrossTwoCardsItIsRefused() throws {
        let audio = try audio("input = card:A\noutput = card:B\necho = on")
        #expect(audio.isHalfDuplex && !audio.cancelsEcho && audio.echoState == "refused")
        #expect(audio.duplexReason == "microphone and speaker have two clocks")
    }

    @Test func whatIsSetByHandHolds() throws {
        #expect(try audio("duplex = half\necho = on").isHalfDuplex)
        #expect(try audio("duplex = half\necho = on").cancelsEcho)
        #expect(try !audio("duplex = half\necho = auto").cancelsEcho)
        #expect(try !audio("duplex = full").isHalfDuplex)
        #expect(try audio("duplex = full").duplexReason == "as set")
    }
}
