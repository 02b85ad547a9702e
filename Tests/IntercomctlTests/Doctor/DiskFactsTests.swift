import HAL
import Testing

@testable import Intercomctl

@Suite struct DiskFactsTests {
    func checks(_ free: UInt64, isReadOnly: Bool = false) -> [Check] {
        DiskFacts(path: "/s", space: DiskSpace(freeBytes: free, isReadOnly: isReadOnly)).checks
    }

    @Test func littleRoomIsAWarningAndNoneAFailure() {
        #expect(lines(checks(100 << 20)) == ["ok    disk            100 MB free at /s"])
        #expect(checks(15 << 20).map { $0.verdict } == [.warn])
        #expect(checks(4096).map { $0.verdict } == [.fail])
    }

    @Test func aReadOnlyFolderIsAWarningWhateverItsRoom() {
        #expect(
            lines(checks(1 << 40, isReadOnly: true))[0].hasPrefix(
                "WARN  disk            /s is read-only"))
    }

    @Test func aFolderThatForgetsIsAWarning() {
        func text(_ kind: DiskSpace.Kind) -> String {
            let space = DiskSpace(freeBytes: 1 << 30, isReadOnly: false, kind: kind)
            return lines(DiskFacts(path: "/s", space: space).checks)[0]
        }
        #expect(text(.lasting).hasPrefix("ok    disk"))
        #expect(text(.memory).hasPrefix("WARN  disk            /s is in memory: after a restart"))
        #expect(text(.overlay).hasPrefix("WARN  disk            /s is on an overlay: if that is"))
    }

    @Test func whatWasSetAsideIsSaidUntilItIsTakenAway() {
        var facts = DiskFacts(path: "/s", space: DiskSpace(freeBytes: 1 << 30, isReadOnly: false))
        facts.setAside = ["history.bad"]
        #expect(facts.checks.map { $0.verdict } == [.warn, .ok])
        #expect(facts.checks[0].text.contains("/s/history.bad"))
    }

    @Test func noFolderIsAWarningAndAHiddenOneIsNot() {
        let none = SystemError(operation: "x", errno: 2)
        #expect(DiskFacts(path: "/s", space: nil, fault: none).checks.map { $0.verdict } == [.warn])
        let hidden = SystemError(operation: "x", errno: 13)
        #expect(DiskFacts(path: "/s", space: nil, fault: hidden).checks.map { $0.verdict } == [.ok])
    }
}
