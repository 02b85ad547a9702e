import Testing
import Time

@testable import Station

@Suite struct OverloadTests {
    private let start = Instant(nanoseconds: 5_000_000_000)
    private var switchboard = Switchboard(
        peers: 2, frames: .init(samples: 480, size: 58, sizeRepeated: 50),
        at: Instant(nanoseconds: 5_000_000_000))

    private mutating func follow(_ step: Overload) -> [Order] {
        switchboard.follow(.overload(step), at: start)
        return switchboard.decided
    }

    @Test mutating func eachStepIsToldOnceAndSoIsTheEnd() {
        #expect(follow(.none).isEmpty && !switchboard.overload.isOn)
        #expect(follow(.thriftyEncoder) == [.notice(.overload)])
        #expect(follow(.thriftyEncoder).isEmpty)
        #expect(follow(.plainEncoder) == [.notice(.overload)])
        #expect(switchboard.overload.isOn)
        #expect(follow(.none) == [.notice(.overloadEnd)])
        #expect(!switchboard.overload.isOn)
    }
}
