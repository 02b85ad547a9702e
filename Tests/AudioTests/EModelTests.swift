import Audio
import Testing

@Suite struct EModelTests {
    /// The values from which the fit to PESQ was made.
    @Test(arguments: [
        (100.0, 0.0, 4.41), (100, 1, 4.12), (100, 5, 2.93), (250, 0, 4.18), (250, 1, 3.77),
        (250, 5, 2.46),
    ])
    func givesTheKnownScores(_ delay: Double, _ loss: Double, _ mos: Double) {
        #expect(abs(EModel(delay: delay, loss: loss).mos - mos) < 0.011)
    }

    @Test func aPerfectLineRates93() {
        #expect(EModel(delay: 0, loss: 0).rating == 93.2)
        #expect(EModel(delay: 100, loss: 0) == EModel(delay: 0, loss: 0))
    }

    @Test func moreDelayAndMoreLossAreNeverBetterAndNothingIsBelowOne() {
        var before = 5.0
        for delay in stride(from: 0.0, through: 3_000, by: 50) {
            let mos = EModel(delay: delay, loss: 2).mos
            #expect(mos <= before && mos >= 1)
            before = mos
        }
        before = 5
        for loss in stride(from: 0.0, through: 120, by: 2) {
            let mos = EModel(delay: 50, loss: loss).mos
            #expect(mos <= before && mos >= 1)
            before = mos
        }
    }
}
