import Testing
import Time

@Suite struct InstantTests {
    let start = Instant(nanoseconds: 5_000_000_000)

    @Test func durationsAddAndSubtract() {
        #expect((start + .milliseconds(10)).nanoseconds == 5_010_000_000)
        #expect((start - .microseconds(1)).nanoseconds == 4_999_999_000)
        #expect(start + .seconds(3) - start == .seconds(3))
    }

    @Test func earlierIsLess() {
        #expect(start < start + .nanoseconds(1))
        #expect(!(start < start))
    }

    @Test func durationsCountInNanosecondsTowardsZero() {
        #expect(Duration.milliseconds(-3).nanoseconds == -3_000_000)
        #expect(
            Duration(secondsComponent: 1, attosecondsComponent: 1_999_999_999).nanoseconds
                == 1_000_000_001)
        #expect(Duration.microseconds(2_999).milliseconds == 2)
    }
}
