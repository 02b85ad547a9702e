import Foundation
import Seeds
import Testing

@testable import Report

/// Whatever is said on the control socket, it is a request or refused with words.
@Suite struct GarbageTests {
    static let count = isLongRun ? 1_000_000 : 20_000

    private static let lines: [[UInt8]] = [
        #"{"v":1,"do":"status"}"#, #"{"v":1,"do":"reload","check":true}"#,
        #"{"v":1,"do":"ptt","action":"down","target":"house"}"#, #"{"v":1,"do":"monitor"}"#,
    ].map { Array($0.utf8) }

    private static let favourites = Array("{}[]\":,\\0123eE-+.tfnu \u{1}\u{7F}é".utf8)

    private static func garbage(_ chance: inout SplitMix64) -> [UInt8] {
        var line = lines.randomElement(using: &chance)!
        for _ in 0..<Int.random(in: 1...5, using: &chance) {
            let place = Int.random(in: 0..<max(1, line.count), using: &chance)
            let byte =
                Bool.random(using: &chance)
                ? favourites.randomElement(using: &chance)!
                : UInt8.random(in: 0...255, using: &chance)
            switch Int.random(in: 0...3, using: &chance) {
            case 0 where place < line.count: line[place] = byte
            case 1: line.insert(byte, at: min(place, line.count))
            case 2: line.removeLast(min(line.count, Int.random(in: 0...9, using: &chance)))
            default: line += line.prefix(place)
            }
        }
        return line
    }

    @Test func linesAreRequestsOrRefusedWithWords() {
        let seed = testSeed()
        var chance = SplitMix64(seed: seed)
        var refused = 0
        for _ in 0..<Self.count {
            do throws(ControlError) {
                _ = try Request(parsing: Self.garbage(&chance).span)
            } catch {
                refused += 1
                if error.description.isEmpty { Issue.record("no words, seed \(seed)") }
            }
        }
        #expect(refused > Self.count / 4 && refused < Self.count, "seed \(seed)")
    }

    @Test func bytesBecomeLinesHoweverTheyAreCut() {
        let seed = testSeed()
        var chance = SplitMix64(seed: seed)
        for _ in 0..<Self.count / 20 {
            let text = (0..<200).map { _ in UInt8.random(in: 8...12, using: &chance) }
            var whole = LineBuffer(limit: 20)
            whole.append(text.span)
            var cut = LineBuffer(limit: 20)
            var place = 0
            while place < text.count {
                let end = Int.random(in: place + 1...text.count, using: &chance)
                cut.append(text.span.extracting(place..<end))
                place = end
            }
            while let line = whole.next() { #expect(cut.next() == line, "seed \(seed)") }
            #expect(!cut.hasLine, "seed \(seed)")
        }
    }
}
