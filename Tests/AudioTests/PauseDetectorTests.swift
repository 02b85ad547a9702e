import Testing

@testable import Audio

@Suite struct PauseDetectorTests {
    /// The energy of a level in dBFS.
    private func energy(_ decibels: Double) -> Float {
        let amplitude = Decibels.ratio(decibels) * 32_768
        return Float(amplitude * amplitude)
    }

    @Test func beforeAnyWordOnlyNearSilenceIsAPause() {
        let pauses = PauseDetector()
        #expect(pauses.isQuiet(energy(-60)))
        #expect(!pauses.isQuiet(energy(-50)))
    }

    @Test func aNoisyRoomIsAPauseAndASoftConsonantIsNot() {
        var pauses = PauseDetector()
        for i in 0..<300 { pauses.add(energy(i % 100 < 70 ? -20 : -45)) }
        #expect(pauses.isQuiet(energy(-44)))
        #expect(!pauses.isQuiet(energy(-37)))
        #expect(!pauses.isQuiet(energy(-20)))
    }

    @Test func speechWithoutPauseIsNoPause() {
        var pauses = PauseDetector()
        for i in 0..<3_000 { pauses.add(energy(-20 - Double(i % 7))) }
        #expect(!pauses.isQuiet(energy(-26)))
    }

    @Test(arguments: [-60.0, -20, -6.0206, -3, -0.1, 0, 0.1, 6, 24])
    func decibelsGoThereAndBack(level: Double) {
        #expect(abs(Decibels.level(Decibels.ratio(level)) - level) < 0.001)
    }

    @Test func sixDecibelsAreTwice() {
        #expect(abs(Decibels.ratio(6.020_6) - 2) < 0.000_01)
        #expect(Decibels.level(0) == -.infinity)
    }
}
