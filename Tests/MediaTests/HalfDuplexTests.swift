import Audio
import Testing
import Time

@testable import Media

@Suite struct HalfDuplexTests {
    private func duplex() -> HalfDuplex {
        var duplex = HalfDuplex()
        duplex.isOn = true
        return duplex
    }

    /// A full block of one amplitude, as it comes out of the microphone.
    private func shut(
        _ duplex: inout HalfDuplex, _ talking: HalfDuplex.Talking, isUrgent: Bool
    ) -> Int16 {
        var block = Block(repeating: 10_000)
        var span = block.mutableSpan
        duplex.shutMicrophone(&span, talking, isUrgent: isUrgent)
        return block[479]
    }

    @Test func aKeyHoldsTheSpeakerDownAndRxHoldLonger() {
        var duplex = duplex()
        #expect(!duplex.holdsSpeakerDown(.nobody, isUrgent: false, at: at(0)))
        #expect(duplex.holdsSpeakerDown(.key, isUrgent: false, at: at(0)))
        duplex.talkEnded(at: at(100), rxHold: .milliseconds(250))
        #expect(duplex.holdsSpeakerDown(.nobody, isUrgent: false, at: at(349)))
        #expect(!duplex.holdsSpeakerDown(.nobody, isUrgent: false, at: at(350)))
    }

    @Test func fullDuplexHoldsNothingDown() {
        var duplex = HalfDuplex()
        duplex.talkEnded(at: at(0), rxHold: .seconds(1))
        #expect(!duplex.holdsSpeakerDown(.key, isUrgent: false, at: at(1)))
        #expect(!duplex.holdsSpeakerDown(.nobody, isUrgent: false, at: at(1)))
        #expect(shut(&duplex, .key, isUrgent: true) == 10_000)
    }

    @Test func aChimeThatMustBeHeardIsAndShutsTheMicrophone() {
        var duplex = duplex()
        #expect(!duplex.holdsSpeakerDown(.key, isUrgent: true, at: at(0)))
        #expect(shut(&duplex, .key, isUrgent: true) < 100)
        #expect(shut(&duplex, .key, isUrgent: false) > 9_900, "it opens again after it")
        #expect(shut(&duplex, .nobody, isUrgent: true) == 10_000, "a closed one is left alone")
    }

    @Test func aCallIsNotHeldDownByItsOpenMicrophone() {
        var duplex = duplex()
        duplex.callBegins()
        let loud = Block(repeating: 8_000)
        for _ in 0..<100 { duplex.played(loud.span, .callOnly) }
        #expect(!duplex.holdsSpeakerDown(.callOnly, isUrgent: false, at: at(0)))
        #expect(duplex.holdsSpeakerDown(.key, isUrgent: false, at: at(0)), "a key has the word")
    }
}
