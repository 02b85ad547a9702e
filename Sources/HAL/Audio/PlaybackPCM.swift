internal import CALSA
internal import CLinux

/// The loudspeaker: 48 kHz mono samples in whatever form the card has.
///
/// Open and close it on an ordinary thread; the methods between are real-time: no allocation, no
/// waiting.
@safe public struct PlaybackPCM: ~Copyable {
    var handle: PCMHandle

    /// Opens and prepares the device; `start` makes it run.
    public init(name: PCMName, wanted: PCMParameters.Wanted) throws(PCMError) {
        handle = try PCMHandle(name: name, direction: .playback, wanted: wanted)
    }

    /// The device as the configuration names it, followed by the card chosen for `auto`.
    public var device: String { handle.device }
    /// The parameters that the card has granted.
    public var granted: PCMParameters { handle.parameters }
    /// The plug-ins between this program and the card.
    public var route: PCMRoute { handle.route }
    /// How often the card ran dry because the loop was late.
    public var xruns: Int { handle.xruns }
    /// How often the card was found asleep.
    public var suspensions: Int { handle.suspensions }

    /// How many descriptors to wait for; one, for all cards of the kernel.
    public var descriptorCount: Int { handle.descriptorCount }

    public func descriptor(at index: Int) -> PCMDescriptor { handle.descriptor(at: index) }

    /// Whether `write` has room or a fault to report after a wake.
    ///
    /// `events` are those that epoll returned for the descriptor at `index`. Ask each time:
    /// descriptors also wake without a reason.
    public func isReady(at index: Int, events: UInt32) -> Bool {
        handle.isReady(at: index, events: events)
    }

    /// Starts the card, from any state, with `granted.fillSamples` of silence queued.
    public mutating func start() throws(PCMError) {
        try handle.require(fill(granted.fillSamples) ?? handle.start())
    }

    /// Stops at once without playing queued samples; `start` begins again.
    public mutating func stop() { handle.drop() }

    /// Samples that `write` can accept now.
    ///
    /// A fault counts as the whole buffer, so that a loop that asks first, and keeps a part of it
    /// free, still calls `write`, which reports and repairs it.
    public func available() -> Int { handle.available() }

    /// Whether the card has played all that it was given, and waits for more since.
    public func hasRunDry() -> Bool { handle.isInXrun() }

    /// Samples between the next one written and the loudspeaker.
    public func delay() -> Int { handle.delay() }

    /// Queues `samples`, as many as there is room for.
    ///
    /// After `.xrun` the queue is one period short of what `start` queues: room for the block to be
    /// offered again.
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

    /// Prepares the card and queues silence: a card that starts empty has run dry before the first
    /// block comes.
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
        // The refused block comes next and completes the silence.
        let reason =
            handle.isLinked
            ? handle.reset()
            : fill(granted.fillSamples - granted.periodSamples) ?? handle.start()
        guard let reason else { return .xrun }
        return .gone(handle.error(reason))
    }
}
