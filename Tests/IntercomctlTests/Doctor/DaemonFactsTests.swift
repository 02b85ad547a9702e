import Report
import Testing

@testable import Intercomctl

@Suite struct DaemonFactsTests {
    func facts(
        _ answer: Situation.Answer, sockets: Int? = nil
    ) -> [String] {
        var facts = DaemonFacts(answer: answer)
        (facts.version, facts.port, facts.sockets) = ("1.2", 5577, sockets)
        return lines(.daemon, facts.report(to:))
    }

    func up(_ version: String) -> Situation.Answer {
        var status = Status()
        (status.version, status.uptimeSeconds) = (version, 3700)
        return .up(status, process: 42)
    }

    @Test func anotherVersionIsAWarning() {
        #expect(
            facts(up("1.1")) == [
                "WARN daemon intercomd 1.1, up 1h 1m, process 42; intercomctl is 1.2"
                    + " -> sudo systemctl restart intercomd"
            ])
    }

    @Test func aSecondDaemonOnThePortIsAWarning() {
        #expect(
            facts(up("1.2"), sockets: 5).last
                == "WARN daemon port UDP port 5577 has 5 sockets: a second daemon?"
                + " -> sudo ss -lunp \"sport = :5577\"")
    }

    @Test func noDaemonIsAFailureAndSoIsAPortThatIsTaken() {
        #expect(
            self.facts(.down, sockets: 0) == [
                "FAIL daemon intercomd is not running -> sudo systemctl start intercomd"
            ])
        var facts = DaemonFacts(answer: .down)
        facts.isSetUp = false
        #expect(
            lines(.daemon, facts.report(to:)) == [
                "FAIL daemon intercomd is not running -> sudo intercomctl setup"
            ])
        facts = DaemonFacts(answer: .down)
        facts.isWrong = true
        #expect(
            lines(.daemon, facts.report(to:)) == [
                "FAIL daemon intercomd is not running"
                    + " -> correct the settings, then: sudo systemctl start intercomd"
            ])
        #expect(
            self.facts(.down, sockets: 1).last
                == "FAIL daemon port UDP port 5577 is taken by another program"
                + " -> sudo ss -lunp \"sport = :5577\"")
    }

    @Test func aDaemonThatDoesNotAnswerIsAFailure() {
        #expect(
            facts(
                .deaf(Failure("connect to /x: Permission denied", fix: "join the group")),
                sockets: 2) == ["FAIL daemon connect to /x: Permission denied -> join the group"])
        #expect(
            facts(.deaf(Failure("intercomd is busy"))) == [
                "FAIL daemon intercomd is busy -> try again; journalctl -u intercomd"
            ])
    }
}
