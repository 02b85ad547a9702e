import HAL
import Testing

@testable import Intercomctl

@Suite struct DiskFactsTests {
    func found(_ free: UInt64, isReadOnly: Bool = false) -> [String] {
        let space = DiskSpace(freeBytes: free, isReadOnly: isReadOnly)
        return lines(.disk, DiskFacts(path: "/s", space: space).report(to:))
    }

    @Test func littleRoomIsAWarningAndNoneAFailureAndAFolderMustBeWritable() {
        #expect(found(100 << 20) == ["ok disk 100 MB free at /s"])
        #expect(found(15 << 20).map { $0.prefix(4) } == ["WARN"])
        #expect(found(4096).map { $0.prefix(4) } == ["FAIL"])
        #expect(found(1 << 40, isReadOnly: true)[0].hasPrefix("WARN disk /s is read"))
        for (errno, verdict) in [(2, Check.Verdict.warn), (13, .ok)] as [(Int32, Check.Verdict)] {
            let fault = SystemError(operation: "x", errno: errno)
            #expect(verdicts(.disk, DiskFacts(path: "/s", fault: fault).report(to:)) == [verdict])
        }
    }

    @Test func aFolderThatForgetsIsAWarning() {
        func text(_ kind: DiskSpace.Kind) -> String {
            let space = DiskSpace(freeBytes: 1 << 30, isReadOnly: false, kind: kind)
            return lines(.disk, DiskFacts(path: "/s", space: space).report(to:))[0]
        }
        #expect(text(.lasting).hasPrefix("ok disk"))
        #expect(text(.memory).hasPrefix("WARN disk /s is in memory: after a restart"))
        #expect(text(.overlay).hasPrefix("WARN disk /s is on an overlay: if that is"))
    }

    @Test func whatWasSetAsideIsSaidUntilItIsTakenAway() {
        var facts = DiskFacts(path: "/s", space: DiskSpace(freeBytes: 1 << 30, isReadOnly: false))
        facts.hasBadState = true
        #expect(verdicts(.disk, facts.report(to:)) == [.warn, .ok])
        #expect(diagnosis(.disk, facts.report(to:)).checks[0].text.contains("/s/state.bad"))
    }
}
