import Foundation
import Testing

@Suite struct LastWordsTests {
    /// The probe's line about the fault, and the signal that ends it.
    private func end(by fault: String, prepared: Bool = true) -> (words: String, signal: Int32) {
        let probe = Child(
            SimulatedGPIO.products + "/HALProbe", [],
            environment: ["SWIFT_BACKTRACE=enable=no"])
        if prepared {
            probe.write("words\n")
            #expect(probe.readLine() == "ok")
        }
        probe.write("fault \(fault)\n")
        // A debug build first prints why it traps.
        let words = probe.readToEnd().split(separator: "\n").filter { $0.contains(" in thread ") }
        #expect(words.count == (prepared ? 1 : 0))
        return (String(words.first ?? ""), probe.wait() & 0x7f)
    }

    @Test func aTrapSaysItsThreadAndFunctionsAndEndsAsItWould() throws {
        let (words, signal) = end(by: "trap")
        // The signal of a trap depends on the processor.
        let name = try #require([SIGILL: "SIGILL", SIGTRAP: "SIGTRAP"][signal])
        #expect(words.hasPrefix("\(name) in thread faulty at 0x"), "\(words)")
        #expect(words.contains("FaultsO4trap"), "\(words)")
    }

    @Test func aStackThatIsUsedUpIsSaidOnAnother() {
        let (words, signal) = end(by: "stack")
        #expect(signal == SIGSEGV)
        #expect(words.hasPrefix("SIGSEGV in thread faulty at 0x"), "\(words)")
        #expect(words.contains("FaultsO7descend"), "\(words)")
    }

    @Test func withoutPreparationNothingIsSaid() {
        let (words, signal) = end(by: "trap", prepared: false)
        #expect(words.isEmpty && (signal == SIGILL || signal == SIGTRAP))
    }
}
