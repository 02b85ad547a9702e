internal import CALSA

/// The microphone: 48 kHz mono samples from whatever form the card has.
///
/// Open and close it on an ordinary thread; the methods between are real-time: no allocation, no
/// waiting.
@safe public struct CapturePCM: ~Copyable {
    var handle: PCMHandle
    private var mix = ChannelMix()

    /// Opens and prepares the device; `start` makes it run.
    public init(name: PCMName, wanted: PCMParameters.Wanted) throws(PCMError) {
        handle = try PCMHandle(name: name, direction: .capture, wanted: wanted)
    }

    /// The device as the configuration names it, followed by the card chosen for `auto`.
    public var device: String { handle.device }
    /// The parameters that the card has granted.
    public var granted: PCMParameters { handle.parameters }
    /// The plug-ins between this program and the card.
    public var route: PCMRoute { handle.route }
    /// How often samples were lost because the loop was late.
    public var xruns: Int { handle.xruns }
    /// How often the card was found asleep.
    public var suspensions: Int { handle.suspensions }

    /// How many descriptors to wait for; one, for all cards of the kernel.
    public var descriptorCount: Int { handle.descriptorCount }

    public func descriptor(at index: Int) -> PCMDescriptor { handle.descriptor(at: index) }

    /// Whether `read` has samples or a fault to report after a wake.
    ///
    /// `events` are those that epoll returned for the descriptor at `index`. Ask each time:
    /// descriptors also wake without a reason.
    public func isReady(at index: Int, events: UInt32) -> Bool {
        handle.isReady(at: index, events: events)
    }

    /// Starts the card, from any state.
    public mutating func start() throws(PCMError) {
        try handle.require(handle.reset() ?? handle.start())
    }

    /// Stops at once; `start` begins again.
    public mutating func stop() { handle.drop() }

    /// Samples that `read` can return now.
    ///
    /// A fault counts as the whole buffer, so that a loop that asks first still calls `read`, which
    /// reports and repairs it.
    public func available() -> Int { handle.available() }

    /// Samples captured and not yet read; the newest is from this moment.
    public func delay() -> Int { handle.delay() }

    /// Fills `samples` from its start with the whole periods that have been captured.
    ///
    /// Never with a part of one: the card wakes us at the end of a period only if a whole period
    /// waits then. Had we read a few samples of it, we would be woken at every second period only.
    public mutating func read(into samples: inout MutableSpan<Int16>) -> PCMTransfer {
        let ready = available() / granted.periodSamples * granted.periodSamples
        guard ready > 0 else { return .wouldBlock }
        let end = min(samples.count, ready)
        var done = 0
        while done < end {
            let wanted = min(end - done, granted.bufferSamples)
            // SAFETY: the staging buffer holds `bufferSamples` frames.
            let result = unsafe snd_pcm_readi(
                handle.pcm, handle.staging, snd_pcm_uframes_t(wanted))
            guard result > 0 else {
                if done > 0 { break }
                return result == 0 ? .wouldBlock : recover(result)
            }
            unsafe granted.unpack(handle.staging, into: &samples, at: done..<done + result, &mix)
            done += result
            if result < wanted { break }
        }
        return .samples(done)
    }

    private mutating func recover(_ result: Int) -> PCMTransfer {
        switch handle.outcome(of: result, "snd_pcm_readi") {
        case .transfer(let transfer): return transfer
        case .restart: break
        }
        let reason = handle.reset() ?? (handle.isLinked ? nil : handle.start())
        guard let reason else { return .xrun }
        return .gone(handle.error(reason))
    }
}
