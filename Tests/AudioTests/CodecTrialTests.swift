import Testing

@testable import Audio

@Suite struct CodecTrialTests {
    @Test(arguments: Profile.allCases) func aToneComesBack(profile: Profile) {
        #expect(CodecTrial.holds(profile))
    }

    @Test(arguments: Profile.allCases) func aQuieterOneIsNoticed(profile: Profile) {
        #expect(!CodecTrial.holds(profile, gain: 0.5))
    }

    @Test(arguments: Profile.allCases) func silenceIsNoticed(profile: Profile) {
        #expect(!CodecTrial.holds(profile, gain: 0))
    }
}
