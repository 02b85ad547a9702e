import Testing
import Time

@testable import Station

@Suite struct OverloadTests {
    private var switchboard = Switchboard.bare()

    private mutating func follow(_ step: Overload) -> [Order] {
        switchboard.handle(.overload(step), at: start)
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
