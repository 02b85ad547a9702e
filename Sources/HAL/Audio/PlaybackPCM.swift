internal import CALSA
internal import CLinux

/// The loudspeaker: 48 kHz mono samples into whatever the card has.
///
/// Open and close it on an ordinary thread; everything between is real-time: no allocation, no
/// waiting.
@safe public struct PlaybackPCM: ~Copyable {
    var handle: PCMHandle

    /// Opens and prepares the device; `start` makes it run.
    public init(name: PCMName, request: PCMRequest) throws(PCMError) {
        handle = try PCMHandle(name: name, direction: .playback, request: request)
    }

    /// The device as the configuration names it, with the card that was chosen for `auto`.
    public var device: String { handle.device }
    /// What the card granted.
    public var granted: PCMParameters { handle.parameters }
    /// What stands between this program and the card.
    public var route: PCMRoute { handle.route }
    /// Times the card ran dry because the loop was late.
    public var xruns: Int { handle.xruns }
    /// Times the card was found asleep.
    public var suspensions: Int { handle.suspensions }

    /// How many descriptors there are to wait for; one, for all cards of the kernel.
    public var descriptorCount: Int { handle.descriptorCount }

    public func descriptor(at index: Int) -> PCMDescriptor { handle.descriptor(at: index) }

    /// Whether `write` has room or something to report after a wake.
    ///
    /// `events` is what epoll gave for the descriptor at `index`. Ask each time: descriptors wake
    /// for nothing, too.
    public func isReady(at index: Int, events: UInt32) -> Bool {
        handle.isReady(at: index, events: events)
    }

    /// Makes the card run, from whatever state, with `granted.fillSamples` of silence queued.
    public mutating func start() throws(PCMError) {
        try handle.require(fill(granted.fillSamples) ?? handle.start())
    }

    /// Stops at once, what is queued unheard; `start` begins anew.
    public mutating func stop() { handle.drop() }

    /// Samples that `write` can take now.
    ///
    /// A fault counts as the whole buffer, so that a loop which asks first, and keeps a part of it
    /// free, still comes to `write`, which reports and mends it.
    public func available() -> Int { handle.available() }

    /// Samples between the next one written and the loudspeaker.
    public func delay() -> Int { handle.delay() }

    /// Queues `samples`, as far as there is room.
    ///
    /// After `.xrun` one period is missing of what `start` queues: that of the block to be offered
    /// again.
    public mutating func write(_ samples: Span<Int16>) -> PCMTransfer {
        var done = 0
        while done < samples.count {
            let count = min(samples.count - done, granted.bufferSamples)
            // SAFETY: the staging buffer holds `bufferSamples` frames.
            unsafe granted.pack(samples.extracting(done..<done + count), into: handle.staging)
            let result = unsafe snd_pcm_writei(
                handle.pcm, handle.staging, snd_pcm_uframes_t(count))
            guard result > 0 else {
                if done > 0 { break }
                return result == 0 ? .wouldBlock : recover(result)
            }
            done += result
            if result < count { break }
        }
        return .samples(done)
    }

    /// Prepares the card and queues silence, so that it has something to begin with: a card started
    /// empty has run dry before the first block comes.
    mutating func fill(_ count: Int) -> PCMError.Reason? {
        if let reason = handle.reset() { return reason }
        // SAFETY: the staging buffer holds `bufferSamples` frames, and `count` is at most that.
        unsafe memset(handle.staging, 0, count * granted.bytesPerFrame)
        let result = unsafe snd_pcm_writei(handle.pcm, handle.staging, snd_pcm_uframes_t(count))
        return handle.reason(Int32(truncatingIfNeeded: min(0, result)), "snd_pcm_writei")
    }

    private mutating func recover(_ result: Int) -> PCMTransfer {
        switch handle.outcome(of: result, "snd_pcm_writei") {
        case .transfer(let transfer): return transfer
        case .restart: break
        }
        // The block that was refused comes next, and makes the silence whole.
        let reason =
            handle.isLinked
            ? handle.reset()
            : fill(granted.fillSamples - granted.periodSamples) ?? handle.start()
        guard let reason else { return .xrun }
        return .gone(handle.error(reason))
    }
}
