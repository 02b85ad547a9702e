/// Decoded sound on its way to the speaker, followed by the last played moments.
///
/// Index 0 is the next sample to play; negative ones were played. All memory is allocated in
/// `init`, but only as much is touched as the longest delay so far needed: the kernel provides
/// memory only when it is touched.
@safe @usableFromInline struct SampleLine: ~Copyable {
    /// Played samples kept: 30 ms.
    static let history = 1_440
    /// The most samples one piece appends: the 20 ms of a frame.
    static let pieceMax = 960
    /// Unplayed samples whose memory is touched from the start: a usual delay, 60 ms.
    private static let usual = 2_880
    /// The most unplayed samples.
    let capacity: Int

    let samples: UnsafeMutablePointer<Int16>
    /// A decimated copy for the search in `SampleLine+TimeStretch.swift`.
    let coarse: UnsafeMutablePointer<Float>
    /// Samples of the memory that have a value, history included.
    private var touched: Int

    private(set) var count = 0

    /// - Parameter capacity: The most unplayed samples.
    init(capacity: Int) {
        precondition(capacity > 0)
        self.capacity = capacity
        let size = Self.history + capacity
        unsafe samples = .allocate(capacity: size)
        touched = min(size, Self.history + Self.usual)
        unsafe samples.initialize(repeating: 0, count: touched)
        let coarseSize = (Self.history + Self.searchMost) / Self.decimation
        unsafe coarse = .allocate(capacity: coarseSize)
        unsafe coarse.initialize(repeating: 0, count: coarseSize)
    }

    deinit {
        unsafe samples.deallocate()
        unsafe coarse.deallocate()
    }

    /// The place of index 0.
    var front: UnsafeMutablePointer<Int16> { unsafe samples + Self.history }

    /// How many samples still fit.
    var room: Int { capacity - count }

    /// Lets `write` append samples; it returns how many, at most `pieceMax` and `room`.
    mutating func append(_ write: (inout MutableSpan<Int16>) -> Int) {
        let most = min(room, Self.pieceMax)
        touch(through: count + most)
        let start = unsafe front + count
        // SAFETY: all of it lies inside the allocation and has a value.
        var free = unsafe MutableSpan(_unsafeStart: start, count: most)
        let written = write(&free)
        precondition(written >= 0 && written <= most)
        count += written
    }

    /// Gives a value to all samples before this place that have none yet.
    private mutating func touch(through end: Int) {
        let wanted = Self.history + end
        guard wanted > touched else { return }
        // SAFETY: `end` is at most the capacity, which each caller ensures.
        unsafe (samples + touched).initialize(repeating: 0, count: wanted - touched)
        touched = wanted
    }

    /// Plays one block.
    ///
    /// - Precondition: At least as many samples are here.
    mutating func pop(into block: inout MutableSpan<Int16>) {
        let played = block.count
        precondition(count >= played)
        let start = unsafe front
        unsafe block.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: `played` is the block's own length, and `count` says as many are here.
            unsafe buffer.baseAddress!.update(from: start, count: played)
        }
        // SAFETY: history and count shift together and stay inside the allocation.
        unsafe samples.update(from: samples + played, count: Self.history + count - played)
        count -= played
    }

    mutating func removeAll() {
        unsafe samples.update(repeating: 0, count: touched)
        count = 0
    }

    /// Removes samples; the following ones move up.
    mutating func remove(at position: Int, count removed: Int) {
        precondition(position >= 0 && removed >= 0 && position + removed <= count)
        let target = unsafe front + position
        unsafe target.update(from: target + removed, count: count - position - removed)
        count -= removed
    }

    /// Opens a gap and fills it with the samples `lag` before it.
    ///
    /// - Precondition: There is room; a `Splice` of this line guarantees it.
    mutating func insert(at position: Int, repeating lag: Int) {
        precondition(lag > 0 && position - lag >= -Self.history)
        precondition(position <= count && lag <= room)
        touch(through: count + lag)
        // SAFETY: the preconditions keep both ends inside the allocation.
        let source = unsafe front + position - lag
        unsafe (source + lag).update(from: source, count: count - position + lag)
        count += lag
    }

    /// Mean of the squares of a range.
    func energy(at position: Int, count length: Int) -> Float {
        precondition(length > 0 && position >= -Self.history && position + length <= count)
        let start = unsafe front + position
        var sum: Int64 = 0
        for i in 0..<length {
            let sample = unsafe Int32(start[i])
            sum &+= Int64(sample &* sample)
        }
        return Float(sum) / Float(length)
    }

    /// Multiplies a range by a factor that moves from one value to another in a straight line.
    mutating func ramp(at position: Int, count length: Int, from first: Float, to last: Float) {
        precondition(length >= 0 && position >= 0 && position + length <= count)
        guard length > 0, first != 1 || last != 1 else { return }
        let start = unsafe front + position
        let step = (last - first) / Float(length)
        for i in 0..<length {
            let value = unsafe Float(start[i]) * (first + step * (Float(i) + 0.5))
            unsafe start[i] = Int16(max(-32_768, min(32_767, value)))
        }
    }

    /// Ends the sound: the last 2.5 ms fade, silence fills up to one block.
    mutating func finish(block: Int) {
        let fade = min(count, 120)
        ramp(at: count - fade, count: fade, from: 1, to: 0)
        guard count < block else { return }
        precondition(block <= capacity)
        touch(through: block)
        unsafe (front + count).update(repeating: 0, count: block - count)
        count = block
    }
}

/// Makes sound shorter or longer without changing its pitch (WSOLA: Verhelst & Roelands, ICASSP
/// 1993).
///
/// One cut at a time: the sound jumps ahead or back by a `lag` at which it resembles itself, in
/// voiced speech one or more pitch periods, and the two ends are cross-faded.
extension SampleLine {
    /// A place where the sound may jump.
    ///
    /// Only a line makes splices, so none exceeds the line's sound, history or room.
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
