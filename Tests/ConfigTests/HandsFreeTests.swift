import Testing

@testable import Config

@Suite struct HandsFreeTests {
    private static let apart = "pcm:a and pcm:b are two cards"

    private func handsFree(_ text: String, apart: String? = nil) throws -> HandsFree {
        let audio = try parse("[station]\nname = a\n[audio]\n\(text)").audio
        return HandsFree(audio, clocksApart: apart)
    }

    @Test(arguments: [nil, apart]) func withoutEchoCancellingAutoIsHalf(apart: String?) throws {
        let found = try handsFree("duplex = auto", apart: apart)
        #expect(found.isHalfDuplex && !found.cancelsEcho && found.echoState == "off")
        #expect(found.duplexReason == "echo = off")
    }

    @Test(arguments: ["on", "auto"]) func withOneClockAutoIsFull(echo: String) throws {
        // The names do not matter: one card may have two.
        let found = try handsFree("input = pcm:desk\noutput = card:A\necho = \(echo)")
        #expect(!found.isHalfDuplex && found.cancelsEcho && found.echoState == "on")
        #expect(found.duplexReason == "the echo is cancelled")
    }

    @Test(arguments: ["on", "auto"]) func acrossTwoClocksItIsRefusedWithTheReason(
        echo: String
    ) throws {
        let found = try handsFree("echo = \(echo)", apart: Self.apart)
        #expect(found.isHalfDuplex && !found.cancelsEcho && found.echoState == "refused")
        #expect(found.duplexReason == Self.apart)
    }

    @Test func whatIsSetByHandHolds() throws {
        #expect(try handsFree("duplex = half\necho = on").isHalfDuplex)
        #expect(try handsFree("duplex = half\necho = on").cancelsEcho)
        #expect(try !handsFree("duplex = half\necho = auto").cancelsEcho)
        #expect(try handsFree("duplex = half\necho = auto", apart: "x").echoState == "off")
        #expect(try !handsFree("duplex = full").isHalfDuplex)
        #expect(try handsFree("duplex = full").duplexReason == "as set")
        let across = try handsFree("duplex = full\necho = on", apart: Self.apart)
        #expect(!across.isHalfDuplex && across.echoState == "refused")
        #expect(across.duplexReason == "as set; \(Self.apart)")
    }

    @Test(arguments: ["input = none", "output = none"]) func oneDirectionHasNoEcho(
        text: String
    ) throws {
        let found = try handsFree("\(text)\necho = on")
        #expect(!found.cancelsEcho && found.echoState == "off")
        #expect(found.duplexReason == "it has only one direction")
    }
}
