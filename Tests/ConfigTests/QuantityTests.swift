import Testing

@testable import Config

@Suite struct QuantityTests {
    @Test(arguments: [
        ("0", 0), ("0ms", 0), ("150ms", 150_000_000), ("2.5ms", 2_500_000),
        ("2 ms", 2_000_000), ("20us", 20_000), ("0.2s", 200_000_000), ("2m", 120_000_000_000),
        ("1h", 3_600_000_000_000), ("+3s", 3_000_000_000), ("1.000000001s", 1_000_000_001),
    ])
    func timesAreExact(_ text: String, _ nanoseconds: Int) {
        #expect(Quantity.duration(text).found == .nanoseconds(nanoseconds))
    }

    @Test(arguments: [
        "", "ms", "-1ms", "1", "1 .5ms", ".5ms", "1.ms", "1e3ms", "0x10ms", "1msms", "1,5ms",
        "9999999999s", "1.0000000001s", "999999999.999999999h", "++1s",
    ])
    func whatIsNoTimeIsRefused(_ text: String) {
        #expect(Quantity.duration(text).found == nil)
    }

    @Test(arguments: [("+3dB", 3.0), ("-6dB", -6), ("0", 0), ("-0", 0), ("1.25 dB", 1.25)])
    func gainsHaveASignAndAUnit(_ text: String, _ expected: Double) throws {
        let gain = try #require(Quantity.decibels(text).found)
        #expect(gain == expected && (gain != 0 || gain.sign == .plus))
    }

    @Test(arguments: ["0", "2.5ms", "150ms", "3s", "2m", "1h", "90s", "250us", "1500ms"])
    func timesAreWrittenAsPeopleDo(_ text: String) throws {
        #expect(Quantity.text(try #require(Quantity.duration(text).found)) == text)
    }
}

extension Parsed {
    /// The value; nil where the text is refused.
    fileprivate var found: Value? {
        if case .value(let value) = self { value } else { nil }
    }
}
