import HAL
import Testing

@testable import Intercomctl

@Suite struct SelfTestFactsTests {
    private func check(_ outcome: SystemProgram.Outcome, _ program: String? = "/bin/d") -> Check {
        diagnosis(.selfTest) { reportSelfTest(of: program, { _ in outcome }, to: &$0) }.checks[0]
    }

    @Test func onlyAnEndWithoutAFailureIsGood() {
        #expect(check(.ended(status: 0)).verdict == .ok)
        for status in [1, 2, 132] {
            #expect(check(.ended(status: status)).verdict == .fail)
        }
        #expect(check(.hung).verdict == .fail)
        #expect(check(.ended(status: 1)).fix == "/bin/d --self-test")
    }

    @Test func whatWasNotTriedIsNotGood() {
        let error = SystemError(operation: "run /bin/d", errno: 2)
        #expect(check(.notStarted(error)).verdict == .warn)
        #expect(check(.hung, nil).verdict == .warn)
    }
}
