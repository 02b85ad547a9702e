import Audio
import Seeds
import Testing

@Suite struct LossPatternTests {
    /// The result of chance: the share of frames lost together with all their copies.
    private func tried(_ p: LossPattern, depth: Int, offset: Int, seed: UInt64) -> Double {
        var random = SplitMix64(seed: seed)
        let leave = 1 / Double(p.meanBurst)
        let enter = leave * Double(p.loss) / (1 - Double(p.loss))
        var fates: [Bool] = []
        var isLost = false
        for _ in 0..<400_000 {
            isLost = Double.random(in: 0..<1, using: &random) < (isLost ? 1 - leave : enter)
            fates.append(isLost)
        }
        let last = fates.count - depth * offset
        let gone = (0..<last).count { frame in
            (0...depth).allSatisfy { fates[frame + $0 * offset] }
        }
        return Double(gone) / Double(last)
    }

    @Test(arguments: [
        (Float(0.1), Float(0), 2, 1), (0.1, 3, 2, 2), (0.2, 3, 4, 2), (0.05, 6, 4, 4),
        (0.3, 1.2, 1, 1),
    ])
    func residualIsWhatChanceMakesOfIt(loss: Float, burst: Float, depth: Int, offset: Int) {
        let seed = testSeed()
        let pattern = LossPattern(loss: loss, meanBurst: burst)
        let told = Double(pattern.residual(depth: depth, offset: offset))
        let seen = tried(pattern, depth: depth, offset: offset, seed: seed)
        #expect(abs(seen - told) < 0.0008 + 0.15 * told, "seed \(seed): \(seen), \(told)")
        // One copy fewer gives another value: the comparison can fail.
        let fewer = tried(pattern, depth: depth - 1, offset: offset, seed: seed)
        #expect(abs(fewer - told) > 0.0008 + 0.15 * told, "seed \(seed)")
    }

    @Test func independentLossesMultiply() {
        let pattern = LossPattern(loss: 0.1, meanBurst: 0)
        #expect(abs(pattern.residual(depth: 2, offset: 1) - 0.001) < 1e-6)
        #expect(pattern.residual(depth: 0, offset: 1) == 0.1)
        #expect(LossPattern(loss: 0, meanBurst: 0).residual(depth: 0, offset: 1) == 0)
    }
}
