/// The sine without a C mathematics library, which Embedded Swift does not have.
enum Sine {
    /// The sine of a number of whole turns; accurate to 1e-12.
    static func of(turns: Double) -> Double {
        let part = turns - turns.rounded(.down)
        // Folded into a quarter turn either side of 0.
        let folded = part < 0.25 ? part : part < 0.75 ? 0.5 - part : part - 1
        let x = folded * 2 * Double.pi
        var (sum, term) = (x, x)
        for n in 1...8 {
            term *= -x * x / Double(2 * n * (2 * n + 1))
            sum += term
        }
        return sum
    }
}
