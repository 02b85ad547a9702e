import Foundation
import FuzzTargets
import Testing

/// The corpus of the fuzzer (tools/fuzz-units): every input that it kept is still taken.
@Suite struct CorpusTests {
    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fuzz/Corpus")

    private func inputs(of target: FuzzTarget) throws -> [[UInt8]] {
        let folder = Self.corpus.appending(path: target.name)
        return try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil
        ).map { Array(try Data(contentsOf: $0)) }
    }

    @Test(arguments: FuzzTarget.all.map(\.name))
    func everyInputOfTheCorpusIsTaken(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let inputs = try inputs(of: target)
        #expect(!inputs.isEmpty, "a target without inputs starts from nothing")
        target.run([UInt8]().span, false)
        for input in inputs {
            target.run(input.span, false)
            // Files and messages that end too early.
            for end in stride(from: 0, to: input.count, by: max(1, input.count / 16)) {
                target.run(input.span.extracting(0..<end), false)
            }
        }
    }

    @Test func theCorpusHasTheFoldersOfTheTargetsAndIsSmall() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpus.path)
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
        let sizes = try FuzzTarget.all.map { try inputs(of: $0).reduce(0) { $0 + $1.count } }
        #expect(sizes.reduce(0, +) < 40_000)
    }
}
