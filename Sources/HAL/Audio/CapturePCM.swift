internal import CALSA

/// The microphone: 48 kHz mono samples out of whatever the card has.
///
/// Open and close it on an ordinary thread; everything between is real-time: no allocation, no
/// waiting.
@safe public struct CapturePCM: ~Copyable {
    var handle: PCMHandle

    /// Opens and prepares the device; `start` makes it run.
    public init(name: PCMName, request: PCMRequest) throws(PCMError) {
        handle = try PCMHandle(name: name, direction: .capture, request: request)
    }

    /// The device as the configuration names it, with the card that was chosen for `auto`.
    public var device: String { handle.device }
    /// What the card granted.
    public var granted: PCMParameters { handle.parameters }
    /// What stands between this program and the card.
    public var route: PCMRoute { handle.route }
    /// Times samples were lost because the loop was late.
    public var xruns: Int { handle.xruns }
    /// Times the card was found asleep.
    public var suspensions: Int { handle.suspensions }

    /// How many descriptors there are to wait for; one, for all cards of the kernel.
    public var descriptorCount: Int { handle.descriptorCount }

    public func descriptor(at index: Int) -> PCMDescriptor { handle.descriptor(at: index) }

    /// Whether `read` has something to give or to report after a wake.
    ///
    /// `events` is what epoll gave for the descriptor at `index`. Ask each time: descriptors wake
    /// for nothing, too.
    public func isReady(at index: Int, events: UInt32) -> Bool {
        handle.isReady(at: index, events: events)
    }

    /// Makes the card run, from whatever state.
    public mutating func start() throws(PCMError) {
        try handle.require(handle.reset() ?? handle.start())
    }

    /// Stops at once; `start` begins anew.
    public mutating func stop() { handle.drop() }

    /// Samples that `read` can give now.
    ///
    /// A fault counts as the whole buffer, so that a loop which asks first still comes to `read`,
    /// which reports and mends it.
    public func available() -> Int { handle.available() }

    /// Samples captured and not yet read, the newest of which is of this moment.
    public func delay() -> Int { handle.delay() }

    /// Fills `samples` from its start with the whole periods that have been captured.
    ///
    /// Never with a part of one: the card wakes us at the end of a period if a whole period waits
    /// there, and had we taken the first few samples of it, that would be every second end only.
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
            unsafe granted.unpack(handle.staging, into: &samples, at: done..<done + result)
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
