internal import CALSA
internal import CLinux

/// Microphone and loudspeaker of one station, started so that one clock can serve both.
public enum PCMPair {
    /// Lets the kernel start and stop both together, from any state; false when the cards cannot,
    /// which is common and no fault.
    ///
    /// Both are stopped first, because the kernel does not link a running stream to a stopped one:
    /// call `start`. An xrun of a linked pair stops both, and the transfer that reports it leaves
    /// them prepared: call `start` again.
    public static func link(
        _ capture: inout CapturePCM, _ playback: inout PlaybackPCM
    ) -> Bool {
        // A device that cannot be prepared fails in `start`, which returns the reason.
        _ = capture.handle.reset()
        _ = playback.handle.reset()
        let result = unsafe snd_pcm_link(capture.handle.pcm, playback.handle.pcm)
        capture.handle.isLinked = result == 0
        playback.handle.isLinked = result == 0
        return result == 0
    }

    /// Removes the microphone from a pair whose loudspeaker closes; it is stopped with it.
    public static func unlink(_ capture: inout CapturePCM) {
        unsafe snd_pcm_unlink(capture.handle.pcm)
        capture.handle.isLinked = false
    }

    /// Removes the loudspeaker from a pair whose microphone closes; it is stopped with it.
    public static func unlink(_ playback: inout PlaybackPCM) {
        unsafe snd_pcm_unlink(playback.handle.pcm)
        playback.handle.isLinked = false
    }

    /// Starts both, from any state: silence queued, then capture, then playback.
    ///
    /// From microphone to loudspeaker it then takes exactly `fillSamples`, when each captured
    /// period is played at once. Each recovers from an xrun by itself, but the delay may then be
    /// longer, by as much as the loop was late; starting both again makes it exact.
    ///
    /// Playback thus runs a moment behind capture: when a captured period is ready, there is room
    /// to play one, or nearly; the spare period of the playback buffer covers the rest.
    public static func start(
        _ capture: inout CapturePCM, _ playback: inout PlaybackPCM
    ) throws(PCMError) {
        try capture.handle.require(capture.handle.reset())
        try playback.handle.require(playback.fill(playback.granted.fillSamples))
        // Where they are linked, filling the playback buffer has emptied capture as well.
        try capture.handle.require(capture.handle.prepare() ?? capture.handle.start())
        if !capture.handle.isLinked { try playback.handle.require(playback.handle.start()) }
    }
}

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

/// The outcome of moving samples to or from a card.
///
/// A real-time loop expects each of these: each implies what to do next.
public enum PCMTransfer: Equatable, Sendable {
    /// This many samples were moved, at least one; perhaps fewer than requested.
    case samples(Int)
    /// No sample is ready, or there is no room: wait for the descriptors.
    case wouldBlock
    /// The loop was late, and samples were lost. The card has been prepared, filled and started
    /// again; the block was not accepted: offer it again. (A linked pair is only prepared: start it
    /// with `PCMPair`.)
    case xrun
    /// The machine sleeps, or the card does. Its descriptors are ready all the time meanwhile:
    /// disarm them, and try again after a period or more; the first success is `.xrun`.
    case suspended
    /// No longer usable. Close it, and open it by name when it is back.
    case gone(PCMError)
}
