import Testing

@testable import Intercomd

@Suite struct SelfTestTests {
    @Test(arguments: SelfTest.all) func itHolds(test: SelfTest) { #expect(test.holds) }

    @Test func eachHasANameOfItsOwn() {
        #expect(Set(SelfTest.all.map(\.name)).count == SelfTest.all.count)
    }

    @Test func aWrongNumberOfAnotherThreadIsNoticed() {
        #expect(!RingTrial.holds(wrong: 12_345))
    }

    @Test func settingsThatAreReadOtherwiseAreNoticed() {
        #expect(!SettingsTrial.holds("[station]\nname = garage\n"))
        #expect(!SettingsTrial.holds("\n" + SettingsTrial.good))
    }
}
