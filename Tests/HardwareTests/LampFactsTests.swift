import Config
import Testing

@testable import Media
@testable import Station

@Suite struct LampFactsTests {
    /// What is lit while these facts hold.
    private func lit(_ set: (inout LampFacts) -> Void) -> [Config.Lamp.Show: LampPattern] {
        var facts = LampFacts()
        set(&facts)
        var found: [Config.Lamp.Show: LampPattern] = [:]
        for show in Config.Lamp.Show.allCases { found[show] = facts.pattern(for: show) }
        return found
    }

    @Test func withoutReasonAllIsDark() {
        #expect(lit { _ in }.isEmpty)
    }

    @Test func eachFactHasItsLamp() {
        #expect(lit { $0.isReceiving = true } == [.receiving: .steady])
        #expect(lit { $0.isListening = true } == [.listening: .steady])
        #expect(lit { $0.isRinging = true } == [.ringing: .ringing])
        #expect(lit { $0.hasMissed = true } == [.missed: .missed])
        #expect(lit { $0.hasMessage = true } == [.message: .missed])
        #expect(lit { $0.isRecorded = true } == [.recording: .steady])
        #expect(lit { $0.isCalled = true } == [.calling: .callLight])
        #expect(lit { $0.isResting = true } == [.dnd: .steady])
        #expect(lit { $0.hasFault = true } == [.fault: .steady])
        #expect(lit { $0.isUnpaired = true } == [.unpaired: .steady])
    }

    /// An open microphone is more than one that may open.
    @Test func anOpenMicrophoneLightsTwo() {
        #expect(lit { $0.isTalking = true } == [.talking: .steady, .listening: .steady])
    }

    @Test func anOpenMicrophoneThatNoPeerHearsFlickers() {
        let found = lit {
            $0.isTalking = true
            $0.isUnheard = true
        }
        #expect(found == [.talking: .unheard, .listening: .steady])
        #expect(lit { $0.isUnheard = true }.isEmpty)
    }
}
