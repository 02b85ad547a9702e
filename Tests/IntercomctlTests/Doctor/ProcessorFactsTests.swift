import Control
import Testing

@testable import Intercomctl

@Suite struct ProcessorFactsTests {
    @Test func whatIsLeftOutIsAWarningWithTheDaemonsAdvice() {
        var overload = OverloadStatus()
        #expect(
            lines(ProcessorFacts(overload: overload).checks)
                == ["ok    processor       keeps up with the sound"])
        overload.leftOut = ["voices"]
        (overload.text, overload.fix) = ("2 voices are heard at once", "look for another program")
        #expect(
            lines(ProcessorFacts(overload: overload).checks) == [
                "WARN  processor       2 voices are heard at once  -> look for another program"
            ])
    }

    @Test func withoutTheDaemonNobodyWatches() {
        #expect(
            lines(ProcessorFacts(overload: nil).checks)
                == ["ok    processor       watched while intercomd runs"])
    }
}
