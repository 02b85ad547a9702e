import Audio
import Realtime
import Testing

@testable import Media

/// What the station says: words that take each other's place, and pieces of a message behind them.
@Suite final class SpeakingTests {
    private var speaking = Speaking()
    private let rings: Rings

    init() throws { rings = try Rings() }

    private func words(_ number: Int, blocks: Int, isPiece: Bool = false) -> Box<Utterance> {
        let samples = [Int16](repeating: 9_000, count: blocks * PCM.blockMax)
        return Box(Utterance(number: number, isPiece: isPiece, samples))
    }

    /// Plays so many blocks; tells which words were over, those that were not whole below zero.
    private func play(_ blocks: Int) -> [Int] {
        var mixer = Mixer()
        var block = Block(repeating: 0)
        var span = block.mutableSpan
        for _ in 0..<blocks {
            _ = speaking.mix(into: &mixer, by: &span, gain: .unity, rings)
            mixer.render(into: &span)
        }
        var over: [Int] = []
        while let event = rings.events.pop() {
            if case .spoken(let number, let isWhole) = event {
                over.append(isWhole ? number : -number)
            }
        }
        return over
    }

    @Test func aPieceWaitsForItsTurnAndTakesNobodysPlace() {
        speaking.say(words(1, blocks: 4), rings)
        #expect(play(1) == [])
        speaking.say(words(2, blocks: 2, isPiece: true), rings)
        speaking.say(words(3, blocks: 2, isPiece: true), rings)
        #expect(play(3) == [-3, 1], "there was room for one")
        #expect(play(2) == [2])
    }

    @Test func aPieceThatOtherWordsEndIsNotWhole() {
        speaking.say(words(1, blocks: 9, isPiece: true), rings)
        #expect(play(1) == [])
        speaking.say(words(2, blocks: 9, isPiece: true), rings)
        speaking.say(words(3, blocks: 2), rings)
        #expect(play(3) == [-2, -1, 3])
    }

    @Test func theEndOfAMessageLeavesOtherWordsAlone() {
        speaking.say(words(1, blocks: 3), rings)
        #expect(play(1) == [])
        speaking.say(words(2, blocks: 3, isPiece: true), rings)
        speaking.endPieces(rings)
        #expect(play(2) == [-2, 1])
        speaking.say(words(4, blocks: 9, isPiece: true), rings)
        #expect(play(1) == [])
        speaking.endPieces(rings)
        #expect(play(1) == [-4])
    }
}
