internal import CALSA
internal import CLinux

/// One open direction of a card: the common part of capture and playback.
///
/// All memory is allocated when it opens; afterwards only `deinit` touches the heap. Opening and
/// closing belong to an ordinary thread, all else to one real-time thread at a time.
@safe @usableFromInline struct PCMHandle: ~Copyable {
    let pcm: OpaquePointer
    let device: String
    let direction: PCMError.Direction
    let parameters: PCMParameters
    let route: PCMRoute

    /// One buffer of samples in the card's form.
    let staging: UnsafeMutableRawPointer
    let descriptors: UnsafeMutablePointer<pollfd>
    let descriptorCount: Int

    /// How often the card overran or ran dry.
    var xruns = 0
    /// Whether this direction and the other one start and stop together.
    var isLinked = false

    init(
        name: PCMName, direction: PCMError.Direction, wanted: PCMParameters.Wanted
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
        self.parameters = parameters
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

    /// The error for the caller; it copies the name made at opening and so allocates nothing.
    func error(_ reason: PCMError.Reason) -> PCMError {
        PCMError(device: device, direction: direction, reason: reason)
    }

    func descriptor(at index: Int) -> PCMDescriptor {
        precondition(index >= 0 && index < descriptorCount)
        // SAFETY: index is in the array, which `init` filled.
        let entry = unsafe descriptors[index]
        return PCMDescriptor(fd: entry.fd, events: UInt32(UInt16(bitPattern: entry.events)))
    }

    func isReady(at index: Int, events: UInt32) -> Bool {
        precondition(index >= 0 && index < descriptorCount)
        let result = unsafe calsa_revents(
            pcm, descriptors, UInt32(descriptorCount), UInt32(index),
            Int16(truncatingIfNeeded: events))
        // A negative result is a fault too; only 0 says that nothing happened.
        return result != 0
    }

    var state: snd_pcm_state_t { unsafe snd_pcm_state(pcm) }

    /// Whether the hardware says now that it ran out of samples, or of room for them.
    func isInXrun() -> Bool {
        // The state follows what the hardware is asked.
        _ = unsafe snd_pcm_avail(pcm)
        return state == SND_PCM_STATE_XRUN
    }

    func available() -> Int {
        // Asks the hardware: the state after the last interrupt is old where the other direction of
        // the card wakes us.
        let count = unsafe snd_pcm_avail(pcm)
        // Whole periods are available, and reading them reports any fault. Asking for the state is
        // one more system call where the kernel shares no page with us, as on Arm.
        if direction == .capture, count >= parameters.periodSamples { return count }
        switch state {
        case SND_PCM_STATE_XRUN, SND_PCM_STATE_SUSPENDED, SND_PCM_STATE_DISCONNECTED:
            return parameters.bufferSamples
        case SND_PCM_STATE_SETUP:
            return 0  // stopped
        default:
            // A plug-in may return any number, and callers must not overflow.
            return max(0, min(count, parameters.bufferSamples))
        }
    }

    /// The greatest delay accepted from a card: ten seconds.
    private static let delayMax = 480_000

    func delay() -> Int {
        var frames: snd_pcm_sframes_t = 0
        guard unsafe snd_pcm_delay(pcm, &frames) >= 0 else { return 0 }
        return max(-Self.delayMax, min(frames, Self.delayMax))
    }

    // The methods below return the fault, or nil: throwing, even a typed error, calls a hook of the
    // Swift runtime that may allocate.

    /// Empties the card and makes it ready to start, from any state.
    func reset() -> PCMError.Reason? {
        drop()
        return prepare()
    }

    func prepare() -> PCMError.Reason? {
        guard state != SND_PCM_STATE_PREPARED else { return nil }
        return reason(unsafe snd_pcm_prepare(pcm), "snd_pcm_prepare")
    }

    func start() -> PCMError.Reason? {
        reason(unsafe snd_pcm_start(pcm), "snd_pcm_start")
    }

    func drop() {
        unsafe snd_pcm_drop(pcm)
    }

    func reason(_ result: Int32, _ call: String) -> PCMError.Reason? {
        guard result < 0 else { return nil }
        return -result == ENODEV ? .unplugged : .failed(call: call, errno: -result)
    }

    /// Throws a fault, where the caller is not in the middle of a period.
    func require(_ reason: PCMError.Reason?) throws(PCMError) {
        if let reason { throw error(reason) }
    }

    /// The outcome of a failed transfer, when preparing and starting again is not the remedy.
    mutating func outcome(of result: Int, _ call: String) -> Outcome {
        switch Int32(truncatingIfNeeded: -result) {
        case EAGAIN, EINTR:
            return .transfer(.wouldBlock)
        case EPIPE:
            xruns += 1
            return .restart
        case ESTRPIPE:
            return wake()
        case ENODEV:
            return .transfer(.gone(error(.unplugged)))
        case let errno:
            switch state {
            case SND_PCM_STATE_DISCONNECTED:
                return .transfer(.gone(error(.unplugged)))
            case SND_PCM_STATE_SETUP where errno == EBADFD:
                return .transfer(.wouldBlock)  // stopped
            default:
                return .transfer(.gone(error(.failed(call: call, errno: errno))))
            }
        }
    }

    enum Outcome {
        case transfer(PCMTransfer)
        case restart
    }

    /// Tries once to wake the card: the real-time loop must not wait for it.
    private func wake() -> Outcome {
        let result = unsafe snd_pcm_resume(pcm)
        if -result == EAGAIN { return .transfer(.suspended) }
        if -result == ENODEV { return .transfer(.gone(error(.unplugged))) }
        // It resumed where it stopped, an unknown time ago: its samples are stale.
        if state == SND_PCM_STATE_RUNNING { drop() }
        let prepared = unsafe snd_pcm_prepare(pcm)
        if -prepared == EAGAIN || -prepared == ESTRPIPE { return .transfer(.suspended) }
        return .restart
    }
}

/// A descriptor and the events to wait for with epoll (with poll's numbers).
public struct PCMDescriptor: Equatable, Sendable {
    public let fd: Int32
    public let events: UInt32
}

extension PCMParameters {
    /// Bytes of one sample on all channels.
    var bytesPerFrame: Int { format.size * channels }
}

/// Makes one channel of the two of a microphone's card.
///
/// It is their average, except where one alone is louder: where the microphone is on one of them
/// only, and where they cancel each other, as with swapped wires. Real-time.
struct ChannelMix {
    /// The share of the left channel now, and the share that it moves to, of `whole`.
    private var share = whole / 2
    private var target = whole / 2
    /// The greatest energy of late of each channel and of the mean of both, in steps squared.
    private var (left, right, mean): (Float, Float, Float) = (0, 0, 0)
    /// Sums over the samples since the last `weigh`.
    private var count = 0
    private var (lefts, rights): (Int, Int) = (0, 0)
    private var (leftSquares, rightSquares, products): (Int, Int, Int) = (0, 0, 0)

    private static let whole: Int32 = 1 << 15
    /// From half to whole in 10.7 ms, too slow for a click.
    private static let step: Int32 = 32
    /// Energies are forgotten over 5 s, which is longer than a pause in speech.
    private static let memory: Float = 240_000
    /// 20 dB: a channel that is so far below the other has no microphone.
    private static let unused: Float = 1 / 100
    /// 12 dB: an average that is so far below its channels cancels them.
    private static let cancelled: Float = 1 / 16

    mutating func one(of left: Int16, _ right: Int16) -> Int16 {
        if share != target { share += max(-Self.step, min(Self.step, target - share)) }
        let (one, other) = (Int(left), Int(right))
        count += 1
        lefts &+= one
        rights &+= other
        leftSquares &+= one &* one
        rightSquares &+= other &* other
        products &+= one &* other
        let sum = Int32(left) * share + Int32(right) * (Self.whole - share)
        return Int16(truncatingIfNeeded: sum >> 15)
    }

    /// Chooses the shares of the next samples by those since the last call.
    mutating func weigh() {
        guard count > 0 else { return }
        let samples = Float(count)
        let kept = max(0, 1 - samples / Self.memory)
        // A constant offset is no sound.
        let (one, other) = (Float(lefts) / samples, Float(rights) / samples)
        let leftNow = max(0, Float(leftSquares) / samples - one * one)
        let rightNow = max(0, Float(rightSquares) / samples - other * other)
        let both = 2 * (Float(products) / samples - one * other)
        (count, lefts, rights) = (0, 0, 0)
        (leftSquares, rightSquares, products) = (0, 0, 0)
        left = max(leftNow, left * kept)
        right = max(rightNow, right * kept)
        mean = max((leftNow + rightNow + both) / 4, mean * kept)
        // Less than a step of the converter tells nothing.
        guard left + right >= 1 else { return target = Self.whole / 2 }
        let (louder, softer) = (max(left, right), min(left, right))
        let isOneAlone =
            softer < louder * Self.unused || mean < (left + right) / 2 * Self.cancelled
        target = !isOneAlone ? Self.whole / 2 : left >= right ? Self.whole : 0
    }
}
