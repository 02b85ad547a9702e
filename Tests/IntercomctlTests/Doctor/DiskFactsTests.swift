import HAL
import Testing

@testable import Intercomctl

@Suite struct DiskFactsTests {
    func found(_ free: UInt64, isReadOnly: Bool = false) -> [String] {
        let space = DiskSpace(freeBytes: free, isReadOnly: isReadOnly)
        return lines(.disk, DiskFacts(path: "/s", space: space).report(to:))
    }

    @Test func littleRoomIsAWarningAndNoneAFailure() {
        #expect(found(100 << 20) == ["ok    disk            100 MB free at /s"])
        #expect(found(15 << 20).map { $0.prefix(4) } == ["WARN"])
        #expect(found(4096).map { $0.prefix(4) } == ["FAIL"])
    }

    @Test func aReadOnlyFolderIsAWarningWhateverItsRoom() {
        #expect(
            found(1 << 40, isReadOnly: true)[0].hasPrefix(
                "WARN  disk            /s is read-only"))
    }

    @Test func aFolderThatForgetsIsAWarning() {
        func text(_ kind: DiskSpace.Kind) -> String {
            let space = DiskSpace(freeBytes: 1 << 30, isReadOnly: false, kind: kind)
            return lines(.disk, DiskFacts(path: "/s", space: space).report(to:))[0]
        }
        #expect(text(.lasting).hasPrefix("ok    disk"))
        #expect(text(.memory).hasPrefix("WARN  disk            /s is in memory: after a restart"))
        #expect(text(.overlay).hasPrefix("WARN  disk            /s is on an overlay: if that is"))
    }

    @Test func whatWasSetAsideIsSaidUntilItIsTakenAway() {
        var facts = DiskFacts(path: "/s", space: DiskSpace(freeBytes: 1 << 30, isReadOnly: false))
        facts.setAside = ["history.bad"]
        #expect(verdicts(.disk, facts.report(to:)) == [.warn, .ok])
        #expect(diagnosis(.disk, facts.report(to:)).checks[0].text.contains("/s/history.bad"))
    }

    @Test func noFolderIsAWarningAndAHiddenOneIsNot() {
        let none = SystemError(operation: "x", errno: 2)
        #expect(verdicts(.disk, DiskFacts(path: "/s", fault: none).report(to:)) == [.warn])
        let hidden = SystemError(operation: "x", errno: 13)
        #expect(verdicts(.disk, DiskFacts(path: "/s", fault: hidden).report(to:)) == [.ok])
    }
}
