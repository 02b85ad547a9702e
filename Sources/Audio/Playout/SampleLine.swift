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

    /// Plays 10 ms.
    mutating func pop(into room: inout Block) {
        var block = room.mutableSpan
        pop(into: &block)
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
