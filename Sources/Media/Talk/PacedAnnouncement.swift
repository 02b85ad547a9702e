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
    /// The frame that is encoded and was not sent yet.
    private(set) var ready: (number: Int, isLast: Bool)?
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
        ready = nil
        return box.take()
    }

    /// Samples that have become due by time alone since this was asked last.
    mutating func samplesDue(at now: Instant) -> Int {
        let samples = PCM.samples(in: now - pacedAt)
        pacedAt = pacedAt + PCM.duration(of: samples)
        return Int(samples)
    }

    /// So many samples more are due.
    mutating func earn(_ samples: Int, frameSamples frame: Int) {
        credit = min(credit + samples, max(Self.framesLate * frame, Self.samplesLate))
    }

    /// Whether a whole frame is due.
    func isDue(frameSamples frame: Int) -> Bool { isOn && credit >= frame }

    /// A frame is sent.
    mutating func spend(frameSamples frame: Int) { credit -= frame }

    /// Its reader is slow: it goes on when there is more.
    mutating func waitForReader(frameSamples frame: Int) { credit = frame }

    /// Encodes its next frame, with packets of this size, if it has one and none is ready.
    mutating func prepare(frameSize: Int, decoy: inout DecoySound) {
        guard isOn, ready == nil else { return }
        let isLast: Bool
        if box!.value.fill() {
            isLast = false
        } else {
            guard isWhole else { return }
            box!.value.pad()
            isLast = true
        }
        ready = (number: box!.value.next, isLast: isLast)
        box!.value.encode(frameSize: frameSize)
        box!.value.keepDecoy(in: &decoy)
    }

    /// Takes the frame that is encoded.
    mutating func takeReady() -> (number: Int, isLast: Bool)? {
        defer { ready = nil }
        return ready
    }

    /// Puts its frames in the place of the microphone's, and back again.
    mutating func exchange(_ frames: inout EncodedFrames) { box!.value.exchange(&frames) }
}
