import Peering
import Testing

@testable import Intercomctl

/// Whether a station that pairs by its button has words for it.
@Suite struct VoiceFactsTests {
    private func told(_ missing: [SpokenWord], in directory: String? = "/words") -> [String] {
        lines(.audio, VoiceFacts(directory: directory, missing: missing).report(to:))
    }

    @Test func wordsOrBeepsAreBothWellAndHalfOfThemIsNot() {
        #expect(told([]) == ["ok audio words what pairing says is in /words"])
        let none = told(SpokenWord.allCases)
        #expect(none.count == 1 && none[0].hasPrefix("ok "))
        #expect(none[0].contains("pairs with beeps: there are no words in /words"))
        let some = told([SpokenWord.allCases[0]])
        #expect(some.count == 1 && some[0].hasPrefix("WARN"))
        #expect(some[0].contains("1 of \(SpokenWord.allCases.count) words of pairing are missing"))
    }

    @Test func aButtonThatDoesNotPairNeedsNone() {
        #expect(told([], in: nil).isEmpty)
    }
}
