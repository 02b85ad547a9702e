import Foundation
import Seeds
import Testing

@testable import Intercomd
@testable import Media

/// A trap cannot be caught: days are lived in a process of their own, which writes the seed of each
/// down before it begins, and what was absurd in it.
@Suite struct RandomCardTests {
    /// Where a child of process `parent` writes about its day.
    static func note(_ name: String, _ parent: pid_t) -> URL {
        FileManager.default.temporaryDirectory.appending(path: "intercom-\(name)-\(parent)")
    }

    /// What was absurd in one of `days` days from a seed on; nil when nothing was.
    static func live(
        from first: UInt64, days: UInt64, plant: RandomCards.Plant? = nil, into note: URL? = nil
    ) throws -> String? {
        let rings = try Rings()
        for seed in first..<first + days {
            let text = "seed \(seed)"
            if let note { try Data(text.utf8).write(to: note) }
            var cards = RandomCards(seed: seed, rings: rings, plant: plant)
            guard let nonsense = cards.live() else { continue }
            if let note { try Data("\(text): \(nonsense)".utf8).write(to: note) }
            return "\(text): \(nonsense)"
        }
        if let note { try FileManager.default.removeItem(at: note) }
        return nil
    }

    @Test func nothingThatCardsDoEndsTheProgramOrLeadsToNonsense() async {
        await #expect(processExitsWith: .success) {
            let nonsense = try RandomCardTests.live(
                from: isLongRun ? .random(in: 0..<1 << 60) : 1, days: isLongRun ? 50_000 : 600,
                into: RandomCardTests.note("cards", getppid()))
            exit(nonsense == nil ? 0 : 1)
        }
        let note = Self.note("cards", getpid())
        if let text = try? String(contentsOf: note, encoding: .utf8) { Issue.record("\(text)") }
        try? FileManager.default.removeItem(at: note)
    }

    @Test func aTrapAndItsDayAreFound() async throws {
        await #expect(processExitsWith: .failure) {
            _ = try RandomCardTests.live(
                from: 1, days: 2_000, plant: .forgetsLongGaps,
                into: RandomCardTests.note("trap", getppid()))
            exit(0)
        }
        let note = Self.note("trap", getpid())
        let text = try String(contentsOf: note, encoding: .utf8)
        try FileManager.default.removeItem(at: note)
        #expect(text.hasPrefix("seed ") && !text.contains(":"))
    }

    @Test(arguments: [RandomCards.Plant.overfills, .overlooks])
    func nonsenseIsFound(plant: RandomCards.Plant) throws {
        #expect(try Self.live(from: 1, days: 2_000, plant: plant) != nil)
    }
}
