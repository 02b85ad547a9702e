/// Makes sound shorter or longer without changing its pitch (WSOLA: Verhelst & Roelands, ICASSP
/// 1993).
///
/// One cut at a time: the sound jumps ahead or back by a `lag` at which it resembles itself, in
/// voiced speech one or more pitch periods, and the two ends are cross-faded.
extension SampleLine {
    /// A place where the sound may jump.
    ///
    /// Only the line makes one, so none is longer than its sound, its past or its room.
    struct Splice {
        let position: Int
        let lag: Int
        /// Normalised correlation of the two ends, -1...1.
        let likeness: Float

        fileprivate init(position: Int, lag: Int, likeness: Float) {
            self.position = position
            self.lag = lag
            self.likeness = likeness
        }
    }

    /// Samples per sample of the decimated copy.
    static let decimation = 6
    /// A splice begins at most this many samples from the front.
    private static let positionMax = 480
    /// The search looks at most this many samples from the front: the last start of a splice, a
    /// cross-fade and a lag of 20 ms each.
    static let searchMost = positionMax + 2 * pieceMax

    /// Removes sound of a pause at the front, a whole cross-fade before the end: in a pause, any
    /// two places are alike.
    func pauseRemoval(_ wanted: Int, overlap: Int) -> Splice? {
        let lag = min(wanted, count - overlap)
        return lag > 0 ? Splice(position: 0, lag: lag, likeness: 0) : nil
    }

    /// Repeats sound of a pause before the front, at least a cross-fade.
    func pauseInsertion(_ wanted: Int, overlap: Int) -> Splice? {
        let lag = min(max(overlap, wanted), Self.history, room)
        guard lag >= overlap, count >= overlap else { return nil }
        return Splice(position: 0, lag: lag, likeness: 0)
    }

    /// The best place to remove `lags` samples, a whole cross-fade before the end.
    func bestRemoval(lags: ClosedRange<Int>, overlap: Int) -> Splice? {
        let limit = min(lags.upperBound, count - overlap)
        guard limit >= lags.lowerBound else { return nil }
        return best(lags: lags.lowerBound...limit, overlap: overlap, sign: 1)
    }

    /// The best place to repeat `lags` samples.
    func bestInsertion(lags: ClosedRange<Int>, overlap: Int) -> Splice? {
        let limit = min(lags.upperBound, Self.history, room)
        guard limit >= lags.lowerBound, count >= overlap else { return nil }
        return best(lags: lags.lowerBound...limit, overlap: overlap, sign: -1)
    }

    /// Removes `lag` samples; the cross-fade begins at the position.
    mutating func shorten(_ splice: Splice, overlap: Int) {
        crossfade(splice, overlap: overlap, from: splice.lag)
        remove(at: splice.position + overlap, count: splice.lag)
    }

    /// Inserts `lag` samples; the cross-fade begins at the position.
    mutating func lengthen(_ splice: Splice, overlap: Int) {
        precondition(splice.position + overlap <= count)
        insert(at: splice.position + overlap, repeating: splice.lag)
        crossfade(splice, overlap: overlap, from: -splice.lag)
    }

    // MARK: Inside

    /// Fades from the sound at the position to the sound `offset` away from it.
    private mutating func crossfade(_ splice: Splice, overlap: Int, from offset: Int) {
        let start = unsafe front + splice.position
        let other = unsafe start + offset
        let rho = max(0, min(1, splice.likeness))
        for n in 0..<overlap {
            // Forwards, the other end is read before it is overwritten; backwards, it is copied
            // from the end.
            let i = offset > 0 ? n : overlap - 1 - n
            let t = (Float(i) + 0.5) / Float(overlap)
            let rise = t * t * (3 - 2 * t)
            let fall = 1 - rise
            // Ends that are not alike lose power where they meet; this restores it.
            let power = (rise * rise + fall * fall + 2 * rho * rise * fall).squareRoot()
            let value = unsafe (Float(start[i]) * fall + Float(other[i]) * rise) / power
            unsafe start[i] = Int16(max(-32_768, min(32_767, value)))
        }
    }

    private func best(lags: ClosedRange<Int>, overlap: Int, sign: Int) -> Splice? {
        makeCoarse(through: Self.positionMax + overlap + lags.upperBound)
        let d = Self.decimation
        let (first, length) = ((lags.lowerBound + d - 1) / d * d, overlap / d)
        var found: Splice?
        var foundScore: Float = -2
        // A longer lag at the same likeness saves a cut.
        let bonus = 0.05 / Float(lags.upperBound)
        for position in stride(from: 0, through: Self.positionMax, by: 120) {
            let room = min(count, Self.searchMost) - position - overlap
            let last = min(lags.upperBound, sign > 0 ? room : room < 0 ? 0 : .max)
            guard first <= last else { continue }
            let left = unsafe coarse + (Self.history + position) / d
            var right = unsafe left + sign * first / d
            let ofLeft = unsafe Self.product(left, left, length)
            // Whole numbers below 2^53: exact, even where a loud sample leaves a quiet stretch.
            var ofRight = 0.0
            for i in 0..<length { unsafe ofRight += Double(right[i]) * Double(right[i]) }
            for lag in stride(from: first, through: last, by: d) {
                if lag > first {
                    // One sample leaves at one end, and one enters at the other.
                    let (gone, new) = sign > 0 ? (0, length) : (length - 1, -1)
                    unsafe ofRight +=
                        Double(right[new]) * Double(right[new])
                        - Double(right[gone]) * Double(right[gone])
                    unsafe right += sign
                }
                let dot = unsafe Self.product(left, right, length)
                let likeness = dot / (ofLeft * Float(ofRight) + 1).squareRoot()
                let score = likeness + bonus * Float(lag)
                if score > foundScore {
                    found = Splice(position: position, lag: lag, likeness: likeness)
                    foundScore = score
                }
            }
        }
        return found.map { refined($0, lags: lags, overlap: overlap, sign: sign) }
    }

    /// Finds the lag to the sample.
    private func refined(
        _ splice: Splice, lags: ClosedRange<Int>, overlap: Int, sign: Int
    ) -> Splice {
        var best = splice
        var bestLikeness: Float = -2
        let around = Self.decimation
        for lag in (splice.lag - around)...(splice.lag + around) {
            let end = splice.position + overlap + (sign > 0 ? lag : 0)
            guard lags.contains(lag), end <= count else { continue }
            let likeness = fineLikeness(splice.position, splice.position + sign * lag, overlap)
            if likeness > bestLikeness {
                best = Splice(position: splice.position, lag: lag, likeness: likeness)
                bestLikeness = likeness
            }
        }
        return best
    }

    private func makeCoarse(through end: Int) {
        let d = Self.decimation
        for i in 0..<((Self.history + min(count, end, Self.searchMost)) / d) {
            var sum: Int32 = 0
            for k in 0..<d { unsafe sum &+= Int32(samples[i &* d &+ k]) }
            unsafe coarse[i] = Float(sum)
        }
    }

    /// The sum of the products of two stretches of the decimated copy, sixteen at a time.
    ///
    /// One splice needs it some five hundred times.
    private static func product(
        _ left: UnsafeMutablePointer<Float>, _ right: UnsafeMutablePointer<Float>, _ length: Int
    ) -> Float {
        let (a, b) = (UnsafeRawPointer(left), UnsafeRawPointer(right))
        let stride = MemoryLayout<Float>.stride
        var sums = SIMD16<Float>()
        var i = 0
        while i + 16 <= length {
            unsafe sums +=
                a.loadUnaligned(fromByteOffset: i * stride, as: SIMD16<Float>.self)
                * b.loadUnaligned(fromByteOffset: i * stride, as: SIMD16<Float>.self)
            i += 16
        }
        var rest = SIMD4<Float>()
        while i + 4 <= length {
            unsafe rest +=
                a.loadUnaligned(fromByteOffset: i * stride, as: SIMD4<Float>.self)
                * b.loadUnaligned(fromByteOffset: i * stride, as: SIMD4<Float>.self)
            i += 4
        }
        var sum = sums.sum() + rest.sum()
        while i < length {
            unsafe sum += left[i] * right[i]
            i += 1
        }
        return sum
    }

    private func fineLikeness(_ a: Int, _ b: Int, _ length: Int) -> Float {
        let (left, right) = unsafe (front + a, front + b)
        var (dot, ofLeft, ofRight): (Int64, Int64, Int64) = (0, 0, 0)
        var i = 0
        while i < length {
            let (x, y) = unsafe (Int32(left[i]), Int32(right[i]))
            dot &+= Int64(x &* y)
            ofLeft &+= Int64(x &* x)
            ofRight &+= Int64(y &* y)
            i += 2
        }
        return Float(dot) / (Float(ofLeft).squareRoot() * Float(ofRight).squareRoot() + 1)
    }
}
