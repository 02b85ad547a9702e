import Foundation
import Testing

/// Rules about the text of the code itself: a rule that only lives in a document is a rule for
/// reviewers, a rule that lives here is a rule.
@Suite struct TextTests {
    static let linesMax = 500
    static let columnsMax = 100
    static let bannedSuffixes = [
        "Manager", "Helper", "Utils", "Util", "Common", "Wrapper", "Impl", "Handler", "Service",
    ]

    nonisolated(unsafe) static let declaration =
        /^(?:\w+ |@\w+ )*(?:class|struct|enum|actor|protocol)\s+(\w+)/

    /// A method that is named like a question, and changes state.
    nonisolated(unsafe) static let mutatingQuestion =
        /mutating func (?:is|has|was|may|can|must|needs)[A-Z]/

    /// The first line of a doc comment that names its subject by a pronoun.
    nonisolated(unsafe) static let pronoun = /^\s*\/\/\/ (?:Of|So|Those|Who|Whom)\b/

    /// What breaks a rule in `file`, in words.
    static func complaints(about file: SourceFile) -> [String] {
        var found: [String] = []
        if file.lines.count > linesMax + 1 { found.append("\(file.lines.count) lines") }
        for (index, line) in file.lines.enumerated() {
            if line.utf8.count > columnsMax, line.count > columnsMax {
                found.append("line \(index + 1): \(line.count) columns")
            }
            if line.hasSuffix(" ") { found.append("line \(index + 1): ends in a blank") }
            if line.has("///"), unsafe line.contains(pronoun), file.path.hasPrefix("Sources/"),
                index == 0 || !file.lines[index - 1].has("///")
            {
                found.append("line \(index + 1): a comment without a subject")
            }
            if line.has("mutating func"), unsafe line.contains(mutatingQuestion) {
                found.append("line \(index + 1): a question that changes state")
            }
            if file.path.hasSuffix(".swift"), bannedSuffixes.contains(where: line.has),
                let match = unsafe line.firstMatch(of: declaration),
                bannedSuffixes.contains(where: { match.1.hasSuffix($0) })
            {
                found.append("line \(index + 1): \(match.1) says nothing")
            }
        }
        return found
    }

    @Test(arguments: SourceFile.code)
    func filesAreReadInOneSitting(file: SourceFile) {
        #expect(Self.complaints(about: file) == [])
    }

    /// The files that a comment of `files` names as `Type+Part`, and that are none of theirs.
    static func absent(_ files: [SourceFile]) -> [String] {
        let names = Set(files.compactMap { $0.path.split(separator: "/").last.map { String($0) } })
        return files.flatMap { file in
            file.lines.filter { $0.has("///") && $0.has("+") }.flatMap { line in
                line.matches(of: /`(\w+\+\w+)`/).map { String($0.1) }
            }.filter { !names.contains("\($0).swift") }
        }
    }

    @Test func commentsNameFilesThatExist() { #expect(Self.absent(SourceFile.swift) == []) }

    @Test func aPlantedNameOfNoFileIsCaught() {
        let text = "/// `X+One` and `X+Two`.\nstruct X {}\n"
        let planted = ["X", "X+One"].map {
            SourceFile(path: "Sources/Wire/\($0).swift", text: text)
        }
        #expect(Self.absent(planted) == ["X+Two", "X+Two"])
    }

    @Test(arguments: SourceFile.swift)
    func theDaemonStaysOffFoundation(file: SourceFile) {
        #expect(!file.lines.contains { $0.has("import Foundation") })
    }

    /// Where `unsafe` may be written: around C and its memory, and in the ring.
    static let unsafePlaces = [
        "Sources/Audio/Capture/SpeexDSP.swift", "Sources/Audio/Codec/Opus.swift",
        "Sources/Audio/Playout/PacketSlots.swift", "Sources/Audio/Files/Resampler.swift",
        "Sources/Audio/Playout/SampleLine.swift", "Sources/Report/JSON.swift",
        "Sources/Crypto/", "Sources/HAL/", "Sources/Realtime/",
    ]

    @Test(arguments: SourceFile.swift)
    func unsafeIsWrittenAtTheEdgesOnly(file: SourceFile) {
        guard !Self.unsafePlaces.contains(where: file.path.hasPrefix) else { return }
        #expect(!file.lines.contains { $0.has("unsafe") && $0.contains(/\bunsafe\b/) })
    }

    @Test func allOfTheCodeIsLookedAt() {
        #expect(SourceFile.swift.count > 100)
        #expect(SourceFile.code.count > SourceFile.swift.count)
    }

    @Test func plantedFaultsAreCaught() {
        let long = String(repeating: "x", count: 101)
        let planted = SourceFile(
            path: "Sources/Wire/X.swift",
            text: "struct PeerManager {}\n\(long)\n y \n/// Those.\nmutating func "
                + "isKnown(at now: Int) {")
        #expect(Self.complaints(about: planted).count == 5)
    }

    @Test func theTreeSpeaksOfItselfAlone() throws {
        let files = try SourceFile.all(
            in: ["Sources", "Tests", "tools", "docs", "etc", "systemd"],
            ending: [".swift", ".c", ".h", ".py", ".md", ".conf", ".service", ".1", ".5", ".8"])
        // Paths of one machine; spelled apart so that this file does not match itself.
        let banned = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/"]
        for file in files {
            for (index, line) in file.lines.enumerated() where banned.contains(where: line.has) {
                Issue.record("\(file.path):\(index + 1): a path of one machine")
            }
        }
    }
}
