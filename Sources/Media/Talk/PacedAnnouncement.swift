internal import Audio
internal import Realtime
internal import Time

/// The announcement that is under way, if any, and how much of it is due.
///
/// The card that wakes the loop sets its pace; without a card time itself does.
struct PacedAnnouncement: ~Copyable {
    /// Frames that may be made up for at once after the loop stood still.
    private static let framesLate = 4

    enum Filled { case frame, lastFrame }

    private var box: Box<Announcement>?
    /// Nothing more comes of it: the rest is sent.
    private var isWhole = false
    /// Samples that are due.
    private var credit = 0
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
    mutating func end() -> Box<Announcement>? { box.take() }

    /// Samples that have become due by time alone since this was asked last.
    mutating func samplesDue(at now: Instant) -> Int {
        let samples = PCM.samples(in: now - pacedAt)
        pacedAt = pacedAt + PCM.duration(of: samples)
        return Int(samples)
    }

    /// So many samples more are due.
    mutating func earn(_ samples: Int, frameSamples frame: Int) {
        credit = min(credit + samples, Self.framesLate * frame)
    }

    /// Whether a whole frame is due.
    func isDue(frameSamples frame: Int) -> Bool { isOn && credit >= frame }

    /// A frame was sent.
    mutating func spend(frameSamples frame: Int) { credit -= frame }

    /// Its reader is slow: it goes on when there is more.
    mutating func waitForReader(frameSamples frame: Int) { credit = frame }

    /// Fills its next frame; nil while there is too little for one.
    mutating func fill() -> Filled? {
        if box!.value.fill() { return .frame }
        guard isWhole else { return nil }
        box!.value.pad()
        return .lastFrame
    }

    /// Encodes the frame that was filled, with packets of this size; returns its number.
    mutating func encode(frameSize: Int) -> Int {
        let number = box!.value.next
        box!.value.encode(frameSize: frameSize)
        return number
    }

    /// Puts its frames in the place of the microphone's, and back again.
    mutating func exchange(_ frames: inout EncodedFrames) { box!.value.exchange(&frames) }
}
