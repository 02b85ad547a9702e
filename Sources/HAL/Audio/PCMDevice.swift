internal import CALSA
internal import CLinux

/// One open direction of a card: 48 kHz mono samples, in any card format.
///
/// All memory is allocated when the device opens; afterwards only `deinit` touches the heap. Open
/// and close it on an ordinary thread; the other methods are real-time: no allocation, no waiting.
@safe public struct PCMDevice: ~Copyable {
    private let pcm: OpaquePointer
    /// The device as the configuration names it, followed by the card chosen for `auto`.
    public let device: String
    public let direction: PCMError.Direction
    /// The parameters that the card has granted.
    public let granted: PCMParameters
    /// The plug-ins between this program and the card.
    public let route: PCMRoute

    /// One buffer of samples in the card's form.
    private let staging: UnsafeMutableRawPointer
    private let descriptors: UnsafeMutablePointer<pollfd>
    /// The number of descriptors to wait for; one, for all cards of the kernel.
    public let descriptorCount: Int

    /// Mixes the card's two channels into one, for a microphone.
    private var mix = ChannelMix()
    /// Whether this direction and the other one start and stop together.
    private var isLinked = false

    /// Opens and prepares the device; `start` makes it run.
    public init(
        _ direction: PCMError.Direction, name: PCMName, wanted: PCMParameters.Wanted
    ) throws(PCMError) {
        let opened = try PCMOpening.run(name, direction, wanted)
        let (pcm, parameters) = unsafe (opened.pcm, opened.parameters)
        let count = Int(max(0, unsafe snd_pcm_poll_descriptors_count(pcm)))
        let descriptors = UnsafeMutablePointer<pollfd>.allocate(capacity: max(1, count))
        unsafe descriptors.initialize(repeating: pollfd(), count: max(1, count))
        let filled = unsafe snd_pcm_poll_descriptors(pcm, descriptors, UInt32(count))

        unsafe self.pcm = pcm
        device = opened.device
        self.direction = direction
        granted = parameters
        route = unsafe PCMRoute(of: pcm)
        unsafe staging = .allocate(
            byteCount: parameters.bufferSamples * parameters.bytesPerFrame, alignment: 8)
        unsafe self.descriptors = descriptors
        descriptorCount = Int(max(0, filled))
    }

    deinit {
        unsafe snd_pcm_close(pcm)
        unsafe staging.deallocate()
        unsafe descriptors.deallocate()
    }

    // MARK: Waiting

    public func descriptor(at index: Int) -> PCMDescriptor {
        precondition(index >= 0 && index < descriptorCount)
        // SAFETY: index is in the array, which `init` filled.
        let entry = unsafe descriptors[index]
        return PCMDescriptor(fd: entry.fd, events: UInt32(UInt16(bitPattern: entry.events)))
    }

    /// Returns whether a wake was for samples, for room, or for a fault to report.
    ///
    /// `events` are the events that epoll returned for the descriptor at `index`. Ask each time:
    /// descriptors also wake without a reason.
    public func isReady(at index: Int, events: UInt32) -> Bool {
        precondition(index >= 0 && index < descriptorCount)
        let result = unsafe calsa_revents(
            pcm, descriptors, UInt32(descriptorCount), UInt32(index),
            Int16(truncatingIfNeeded: events))
        // A negative result is a fault too; only 0 says that nothing happened.
        return result != 0
    }

    /// Returns the number of samples that can be read, or written, now.
    ///
    /// A fault counts as the whole buffer, so that a loop that asks first, and keeps a part of the
    /// buffer free, still calls `read` or `write`, which reports and repairs the fault.
    public func available() -> Int {
        // Asks the hardware: where the other direction of the card wakes us, the state at the last
        // interrupt is old.
        let count = unsafe snd_pcm_avail(pcm)
        // Whole periods are available, and reading them reports any fault. To ask for the state
        // would be one more system call where the kernel shares no page with us, as on Arm.
        if direction == .capture, count >= granted.periodSamples { return count }
        switch state {
        case SND_PCM_STATE_XRUN, SND_PCM_STATE_SUSPENDED, SND_PCM_STATE_DISCONNECTED:
            return granted.bufferSamples
        case SND_PCM_STATE_SETUP:
            return 0  // stopped
        default:
            // A plug-in may return any number, and callers must not overflow.
            return max(0, min(count, granted.bufferSamples))
        }
    }

    /// Returns whether the card has played all its samples, and now waits for more.
    public func hasRunDry() -> Bool {
        // The state is up to date only after the hardware is asked.
        _ = unsafe snd_pcm_avail(pcm)
        return state == SND_PCM_STATE_XRUN
    }

    /// The greatest delay accepted from a card: ten seconds.
    private static let delayMax = 480_000

    /// Returns, for capture, the samples captured and not yet read, of which the newest is from
    /// this moment; for playback, the samples between the next one written and the loudspeaker.
    public func delay() -> Int {
        var frames: snd_pcm_sframes_t = 0
        guard unsafe snd_pcm_delay(pcm, &frames) >= 0 else { return 0 }
        return max(-Self.delayMax, min(frames, Self.delayMax))
    }

    // MARK: Sound

    /// Fills `samples` from its start with the whole periods that the microphone has captured.
    ///
    /// It never reads a part of a period: the card wakes us at the end of a period only if a whole
    /// period waits then. If we had read some samples of it, every second period only would wake
    /// us.
    public mutating func read(into samples: inout MutableSpan<Int16>) -> PCMTransfer {
        precondition(direction == .capture)
        let ready = available() / granted.periodSamples * granted.periodSamples
        guard ready > 0 else { return .wouldBlock }
        let end = min(samples.count, ready)
        var done = 0
        while done < end {
            let wanted = min(end - done, granted.bufferSamples)
            // SAFETY: the staging buffer holds `bufferSamples` frames.
            let result = unsafe snd_pcm_readi(pcm, staging, snd_pcm_uframes_t(wanted))
            guard result > 0 else {
                if done > 0 { break }
                return result == 0 ? .wouldBlock : recover(result, "snd_pcm_readi")
            }
            unsafe granted.unpack(staging, into: &samples, at: done..<done + result, &mix)
            done += result
            if result < wanted { break }
        }
        return .samples(done)
    }

    /// Queues for the loudspeaker as many of `samples` as there is room for.
    ///
    /// After `.xrun` the queue is one period shorter than after `start`: this leaves room for the
    /// block to be offered again.
    public mutating func write(_ samples: Span<Int16>) -> PCMTransfer {
        precondition(direction == .playback)
        var done = 0
        while done < samples.count {
            let count = min(samples.count - done, granted.bufferSamples)
            // SAFETY: the staging buffer holds `bufferSamples` frames.
            unsafe granted.pack(samples.extracting(done..<done + count), into: staging)
            let result = unsafe snd_pcm_writei(pcm, staging, snd_pcm_uframes_t(count))
            guard result > 0 else {
                if done > 0 { break }
                return result == 0 ? .wouldBlock : recover(result, "snd_pcm_writei")
            }
            done += result
            if result < count { break }
        }
        return .samples(done)
    }

    /// Repairs the cause of a failed transfer, where that is possible at once.
    private mutating func recover(_ result: Int, _ call: String) -> PCMTransfer {
        switch Int32(truncatingIfNeeded: -result) {
        case EAGAIN, EINTR: return .wouldBlock
        case EPIPE: break
        case ESTRPIPE: if let transfer = wake() { return transfer }
        case ENODEV: return .gone(error(.unplugged))
        case let errno:
            switch state {
            case SND_PCM_STATE_DISCONNECTED: return .gone(error(.unplugged))
            case SND_PCM_STATE_SETUP where errno == EBADFD: return .wouldBlock  // stopped
            default: return .gone(error(.failed(call: call, errno: errno)))
            }
        }
        // The refused block comes next and completes the silence.
        let silence = max(0, granted.fillSamples - granted.periodSamples)
        let reason = isLinked ? reset() : fill(silence) ?? begin()
        guard let reason else { return .xrun }
        return .gone(error(reason))
    }

    /// Tries once to wake the card, because the real-time loop must not wait; nil when the card
    /// must be started again.
    private func wake() -> PCMTransfer? {
        let result = unsafe snd_pcm_resume(pcm)
        if -result == EAGAIN { return .suspended }
        if -result == ENODEV { return .gone(error(.unplugged)) }
        // The card resumed where it stopped, an unknown time ago: its samples are stale.
        if state == SND_PCM_STATE_RUNNING { stop() }
        let prepared = unsafe snd_pcm_prepare(pcm)
        return -prepared == EAGAIN || -prepared == ESTRPIPE ? .suspended : nil
    }

    // MARK: Starting and stopping

    /// Starts the card, from any state, with `granted.fillSamples` of silence queued.
    public mutating func start() throws(PCMError) {
        try require(fill(granted.fillSamples) ?? begin())
    }

    /// Stops at once without playing queued samples; `start` begins again.
    public func stop() { unsafe snd_pcm_drop(pcm) }

    private var state: snd_pcm_state_t { unsafe snd_pcm_state(pcm) }

    /// Returns the error for the caller; it copies the name made at opening and so allocates
    /// nothing.
    private func error(_ reason: PCMError.Reason) -> PCMError {
        PCMError(device: device, direction: direction, reason: reason)
    }

    /// Throws a fault, where the caller is not in the middle of a period.
    private func require(_ reason: PCMError.Reason?) throws(PCMError) {
        if let reason { throw error(reason) }
    }

    // The methods below return the fault, or nil: throwing, even a typed error, calls a hook of the
    // Swift runtime that may allocate.

    /// Empties the card and makes it ready to start, from any state.
    private func reset() -> PCMError.Reason? {
        stop()
        return prepare()
    }

    private func prepare() -> PCMError.Reason? {
        guard state != SND_PCM_STATE_PREPARED else { return nil }
        return reason(Int(unsafe snd_pcm_prepare(pcm)), "snd_pcm_prepare")
    }

    private func begin() -> PCMError.Reason? {
        reason(Int(unsafe snd_pcm_start(pcm)), "snd_pcm_start")
    }

    /// Prepares the card and queues silence, none for a microphone: a speaker's card that starts
    /// empty has run dry before the first block comes.
    private func fill(_ count: Int) -> PCMError.Reason? {
        if let reason = reset() { return reason }
        guard count > 0 else { return nil }
        // SAFETY: the staging buffer holds `bufferSamples` frames, and `count` is at most that.
        unsafe memset(staging, 0, count * granted.bytesPerFrame)
        return reason(
            unsafe snd_pcm_writei(pcm, staging, snd_pcm_uframes_t(count)), "snd_pcm_writei")
    }

    private func reason(_ result: Int, _ call: String) -> PCMError.Reason? {
        guard result < 0 else { return nil }
        let errno = Int32(truncatingIfNeeded: -result)
        return errno == ENODEV ? .unplugged : .failed(call: call, errno: errno)
    }
}

/// Microphone and loudspeaker of one station, started so that one clock can serve both.
extension PCMDevice {
    /// Lets the kernel start and stop both together, from any state; false when the cards cannot do
    /// so, which is common and no fault.
    ///
    /// Both are stopped first, because the kernel does not link a running stream to a stopped one:
    /// call `start`. An xrun of a linked pair stops both, and the transfer that reports it leaves
    /// them prepared: call `start` again.
    public static func link(_ capture: inout PCMDevice, _ playback: inout PCMDevice) -> Bool {
        // A device that cannot be prepared fails in `start`, which returns the reason.
        _ = capture.reset()
        _ = playback.reset()
        let result = unsafe snd_pcm_link(capture.pcm, playback.pcm)
        capture.isLinked = result == 0
        playback.isLinked = result == 0
        return result == 0
    }

    /// Removes the device from a pair whose other direction closes; the device stops with it.
    public mutating func unlink() {
        unsafe snd_pcm_unlink(pcm)
        isLinked = false
    }

    /// Starts both, from any state: silence queued, then capture, then playback.
    ///
    /// The delay from microphone to loudspeaker is then exactly `fillSamples`, if each captured
    /// period is played at once. Each direction recovers from an xrun by itself, but the delay may
    /// then be longer, by the lateness of the loop; starting both again makes the delay exact.
    ///
    /// Playback thus runs a moment behind capture: when a captured period is ready, there is room
    /// to play one, or nearly; the spare period of the playback buffer covers the rest.
    public static func start(
        _ capture: inout PCMDevice, _ playback: inout PCMDevice
    ) throws(PCMError) {
        try capture.require(capture.reset())
        try playback.require(playback.fill(playback.granted.fillSamples))
        // Where they are linked, filling the playback buffer has emptied capture as well.
        try capture.require(capture.prepare() ?? capture.begin())
        if !capture.isLinked { try playback.require(playback.begin()) }
    }
}

/// A descriptor and the events to wait for with epoll (with poll's numbers).
public struct PCMDescriptor: Equatable, Sendable {
    public let fd: Int32
    public let events: UInt32
}

/// The outcome of moving samples to or from a card.
///
/// Each outcome is one that a real-time loop expects, and implies the next step.
public enum PCMTransfer: Equatable, Sendable {
    /// This many samples were moved, at least one; perhaps fewer than requested.
    case samples(Int)
    /// No sample is ready, or there is no room: wait for the descriptors.
    case wouldBlock
    /// The loop was late, and samples were lost. The card has been prepared, filled and started
    /// again; it did not accept the block: offer it again. (A linked pair is only prepared: start
    /// both.)
    case xrun
    /// The machine sleeps, or the card does. The card's descriptors are ready all the time
    /// meanwhile: disarm them, and try again after a period or more; the first success is `.xrun`.
    case suspended
    /// The device is no longer usable. Close it, and open it by name when it is back.
    case gone(PCMError)
}
