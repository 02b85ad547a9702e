import Control
import Testing

@testable import Intercomctl

@Suite struct XrunFactsTests {
    func check(_ xruns: Int, hours: Int) -> [String] {
        var status = Status()
        status.uptimeSeconds = hours * 3600
        (status.audio.input.xruns, status.audio.output.xruns) = (xruns - 1, 1)
        return lines(XrunFacts(status: status).checks)
    }

    @Test func moreThanOneAnHourIsAWarning() {
        #expect(
            check(30, hours: 24).first?.hasPrefix("WARN  xruns           30 xruns in 1d 0h") == true
        )
        #expect(check(20, hours: 24) == ["ok    xruns           20 xruns in 1d 0h"])
        #expect(check(2, hours: 0) == ["ok    xruns           2 xruns in 0s"])
    }

    @Test func moreThanCanBeAddedIsAWarningToo() {
        var status = Status()
        (status.audio.input.xruns, status.audio.output.xruns) = (.max, .max)
        #expect(XrunFacts(status: status).checks.map { $0.verdict } == [.warn])
        (status.audio.input.xruns, status.audio.output.xruns) = (.max, 0)
        #expect(XrunFacts(status: status).checks.map { $0.verdict } == [.warn])
    }

    @Test func withoutTheDaemonNobodyCounts() {
        #expect(
            lines(XrunFacts(status: nil).checks) == [
                "ok    xruns           counted while intercomd runs"
            ])
    }
}
