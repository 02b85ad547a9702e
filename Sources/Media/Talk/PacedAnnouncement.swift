internal import Audio
internal import Realtime
internal import Time

/// The announcement that is under way, if any, and how much of it is due.
///
/// The card that wakes the loop sets its pace; without a card time itself does.
struct PacedAnnouncement: ~Copyable {
    /// Frames that may be made up for at once after the loop stood still.
    private static let framesLate = 4
    /// At least so many samples: cards bring 20 ms at once, and some of them twice that.
    private static let samplesLate = 40 * 48

    private var box: Box<Announcement>?
    /// The number of the frame that is encoded and was not sent yet.
    private var waiting: Int?
    /// The last frame is encoded.
    private var hasLast = false
    /// Nothing more comes of it: the rest is sent.
    private var isWhole = false
    /// Samples that are due.
    private(set) var credit = 0
    /// Until when time has been turned into samples.
    private var pacedAt = Instant(nanoseconds: 0)

    var isOn: Bool {
        switch box {
        case .some: true
        case .none: false
        }
    }

    mutating func begin(_ box: consuming Box<Announcement>, at now: Instant) {
        self.box = consume box
        isWhole = false
        credit = 0
        pacedAt = now
    }

    /// Nothing more comes of it.
    mutating func complete() { isWhole = true }

    /// It is over: the box goes back.
    mutating func end() -> Box<Announcement>? {
        waiting = nil
        hasLast = false
        return box.take()
    }

    /// Samples that have become due by time alone since this was asked last.
    mutating func samplesDue(at now: Instant) -> Int {
        let samples = PCM.samples(in: now - pacedAt)
        pacedAt = pacedAt + PCM.duration(of: samples)
        return Int(samples)
    }

    /// Notes that more samples are due.
    mutating func earn(_ samples: Int, frameSamples frame: Int) {
        credit = min(credit + samples, max(Self.framesLate * frame, Self.samplesLate))
    }

    /// Whether a whole frame is due.
    func isDue(frameSamples frame: Int) -> Bool { isOn && credit >= frame }

    /// A frame is sent.
    mutating func spend(frameSamples frame: Int) { credit -= frame }

    /// Its reader is slow: it goes on when there is more.
    mutating func waitForReader(frameSamples frame: Int) { credit = frame }

    /// The frame that is to be sent next, if it is encoded.
    var ready: (number: Int, isLast: Bool)? {
        waiting.map { (number: $0, isLast: hasLast) }
    }

    /// Encodes its next frame, with packets of this size, unless one waits or it has no more.
    mutating func prepare(frameSize: Int, decoy: inout DecoySound) {
        guard isOn, waiting == nil, !hasLast else { return }
        if !box!.value.fill() {
            guard isWhole else { return }
            box!.value.pad()
            hasLast = true
        }
        waiting = box!.value.next
        box!.value.encode(frameSize: frameSize)
        box!.value.keepDecoy(in: &decoy)
    }

    /// Takes the next frame that is encoded.
    mutating func takeReady() -> (number: Int, isLast: Bool)? {
        defer { waiting = nil }
        return ready
    }

    /// Puts its frames in the place of the microphone's, and back again.
    mutating func exchange(_ frames: inout EncodedFrames) { box!.value.exchange(&frames) }
}
