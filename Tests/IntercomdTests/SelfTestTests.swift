import Testing

@testable import Intercomd

@Suite struct SelfTestTests {
    @Test(arguments: SelfTest.all.indices) func itHolds(place: Int) {
        let test = SelfTest.all[place]
        #expect(test.holds(), "\(test.name)")
    }

    @Test func eachHasANameOfItsOwn() {
        #expect(Set(SelfTest.all.map(\.name)).count == SelfTest.all.count)
    }

    @Test func aWrongNumberOfAnotherThreadIsNoticed() {
        #expect(!RingTrial.holds(wrong: 12_345))
    }
}
