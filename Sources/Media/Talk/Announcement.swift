package import Audio
package import Realtime
internal import Station
internal import Time

/// Sound of an announcement, on its way to the media loop.
package struct SoundBlock: Sendable {
    package var count = 0
    package var samples = Block(repeating: 0)

    package init() {}
}

/// Sound from a file on its way to an aimed stream, with what the media loop needs to send it.
///
/// The control thread makes it, pushes into `sound`, and frees the box that comes back; meanwhile
/// the media loop owns encoder and frames.
package struct Announcement: ~Copyable {
    /// 0.6 s: the control thread fetches more every 20 ms.
    ///
    /// Both threads refer to it. The media loop's reference comes back in the box and ends on the
    /// control thread, so the ring is freed there whichever of the two ends last.
    package let sound = SPSCRing<SoundBlock>(capacity: 64)
    private var encoder: OpusEncoder
    private var frames = EncodedFrames()
    private var filling: FixedArray<Int16>
    private var filled = 0
    private var block = SoundBlock()
    private var taken = 0

    /// Blocks pushed before the first frame is sent, because reading the file is late at times.
    package static let ahead = 20

    package init(_ plan: MediaPlan) throws(OpusError) {
        encoder = try OpusEncoder(plan.profile)
        filling = FixedArray(count: plan.sound.frameSamples) { _ in 0 }
    }

    /// The length of a frame.
    var frameSamples: Int { filling.count }

    /// The number of the next frame.
    var next: Int { frames.next }

    /// Fills one frame from the sound that has come; false while there is too little sound.
    mutating func fill() -> Bool {
        while filled < filling.count {
            if taken == block.count {
                guard let other = sound.pop() else { return false }
                block = other
                taken = 0
            }
            let count = min(block.count - taken, filling.count - filled)
            Self.copy(block, taken..<taken + count, into: &filling, at: filled)
            filled += count
            taken += count
        }
        return true
    }

    private static func copy(
        _ block: borrowing SoundBlock, _ range: Range<Int>,
        into filling: inout FixedArray<Int16>, at place: Int
    ) {
        let source = block.samples.span.extracting(range)
        var room = filling.mutableSpan(place..<place + range.count)
        for index in 0..<range.count { room[index] = source[index] }
    }

    /// Fills the rest of the last frame with silence.
    mutating func pad() {
        while filled < filling.count {
            filling[filled] = 0
            filled += 1
        }
    }

    /// Encodes the full frame into a packet of this size.
    mutating func encode(frameSize: Int) {
        precondition(filled == filling.count)
        if encoder.frameSize != frameSize {
            encoder.change(frameSize: frameSize)
            frames.begin(at: frames.next)
        }
        Self.append(filling, to: &frames, by: &encoder)
        filled = 0
    }

    private static func append(
        _ samples: borrowing FixedArray<Int16>, to frames: inout EncodedFrames,
        by encoder: inout OpusEncoder
    ) {
        frames.append(samples.span(0..<samples.count), by: &encoder)
    }

    /// Exchanges its frames with the microphone's, and back again.
    mutating func exchange(_ other: inout EncodedFrames) { swap(&frames, &other) }
}

/// The announcement that is under way, if any, and how much of it is due.
///
/// The card that wakes the loop sets its pace; without a card time itself does.
struct PacedAnnouncement: ~Copyable {
    private var box: Box<Announcement>?
    /// The number of the frame that is encoded and not sent yet.
    private var waiting: Int?
    /// Whether the last frame is encoded.
    private var hasLast = false
    /// Whether all its sound has come, so that only the rest is to be sent.
    private var isWhole = false
    /// The samples of it that are due.
    var pace = FramePace()

    var isOn: Bool { box != nil }

    mutating func begin(_ box: consuming Box<Announcement>, at now: Instant) {
        self.box = consume box
        isWhole = false
        pace = FramePace(at: now)
    }

    /// Notes that no more sound comes.
    mutating func complete() { isWhole = true }

    /// Ends the announcement and returns its box.
    mutating func end() -> Box<Announcement>? {
        waiting = nil
        hasLast = false
        return box.take()
    }

    /// The frame that is to be sent next, if it is encoded.
    var ready: (number: Int, isLast: Bool)? {
        waiting.map { (number: $0, isLast: hasLast) }
    }

    /// Encodes its next frame into a packet of this size, unless a frame waits or no sound is left.
    mutating func prepare(frameSize: Int) {
        guard isOn, waiting == nil, !hasLast else { return }
        if !box!.value.fill() {
            guard isWhole else { return }
            box!.value.pad()
            hasLast = true
        }
        waiting = box!.value.next
        box!.value.encode(frameSize: frameSize)
    }

    /// Takes the next frame that is encoded.
    mutating func takeReady() -> (number: Int, isLast: Bool)? {
        defer { waiting = nil }
        return ready
    }

    /// Exchanges its frames with the microphone's, and back again.
    mutating func exchange(_ frames: inout EncodedFrames) { box!.value.exchange(&frames) }
}

/// Sends sound from a file beside the microphone's (`PacedAnnouncement`).
extension MediaLoop {
    mutating func beginAnnouncement(_ box: consuming Box<Announcement>) {
        // If it was made before a reload, its frames may have another length.
        let isFit = box.value.frameSamples == plan.sound.frameSamples
        guard !announcement.isOn, !isQuiet, !isStopping, isFit else {
            rings.handBack(.announcement(box))
            rings.notify(.said(target: plan.targets[plan.announcement].id, frames: 0))
            return rings.notify(.announcementEnded)
        }
        announcement.begin(box, at: now)
        talks.spurts[plan.announcement].begin(at: 0)
        talks.isFrameSizeDue = true
        giveTimerWork()
    }

    /// Ends the announcement: after the rest is sent, or now.
    mutating func endAnnouncement(isNow: Bool) {
        announcement.complete()
        if isNow { finishAnnouncement() }
    }

    /// Notes that a card has moved samples: if it wakes the loop, as much of the file is due.
    mutating func paceAnnouncement(_ source: ClockMaster.Source, _ samples: Int) {
        guard source == cards.master.source else { return }
        let frame = plan.sound.frameSamples
        guard announcement.isOn else { return }
        announcement.pace.earn(samples, frameSamples: frame)
        while announcement.isOn, announcement.pace.take(frameSamples: frame) {
            // The file is read slowly: the announcement goes on when more has come.
            guard sendAnnounced() else { return announcement.pace.begin(ahead: frame) }
        }
    }

    /// Sends one frame of the announcement; false when no frame is ready.
    private mutating func sendAnnounced() -> Bool {
        // During a talk, `talk` chooses the frame size.
        if talks.isFrameSizeDue, !talks.isTalking { talks.chooseFrameSize(plan, for: &socket) }
        announcement.prepare(frameSize: talks.encoder.frameSize)
        guard let ready = announcement.takeReady() else { return false }
        announcement.exchange(&talks.frames)
        talks.sendFrame(
            ready.number, of: plan.announcement, isLast: ready.isLast, plan, by: &socket, at: now)
        announcement.exchange(&talks.frames)
        if ready.isLast { finishAnnouncement() }
        return true
    }

    /// Ends the announcement and drops the rest of it.
    mutating func finishAnnouncement() {
        guard let box = announcement.end() else { return }
        talks.isFrameSizeDue = true
        let target = plan.announcement
        talks.spurts[target].phase = .silent
        talks.spurts[target].oweEnds(at: now)
        rings.notify(
            .said(target: plan.targets[target].id, frames: talks.spurts[target].packets))
        rings.handBack(.announcement(box))
        rings.notify(.announcementEnded)
        giveTimerWork()
    }

    /// Sets the timer for talk keys and an announcement, which need it without a card.
    mutating func giveTimerWork() {
        cards.hasOtherWork = talkKeys.count > 0 || announcement.isOn
        if cards.master.source == .timer { cards.armTimer(at: now) }
    }
}

/// Paces the frames of an announcement: one for each frame time, by the card that wakes the loop,
/// as with the frames of talk.
struct FramePace {
    /// The most frames sent late, after the loop stood still.
    private static let late = 4
    /// The same in samples, at least: cards move 20 ms at once, some of them 40 ms.
    private static let lateLeast = 40 * 48

    /// Samples that are due.
    private var credit = 0
    /// The moment up to which time has been turned into samples.
    private var pacedAt: Instant

    init(at now: Instant = Instant(nanoseconds: 0)) { pacedAt = now }

    /// Makes so many samples due.
    mutating func begin(ahead samples: Int) { credit = samples }

    /// Notes that the card has moved samples: as many more are due.
    mutating func earn(_ samples: Int, frameSamples frame: Int) {
        credit = min(credit + samples, max(Self.late * frame, Self.lateLeast))
    }

    /// Takes one frame, if it is due.
    mutating func take(frameSamples frame: Int) -> Bool {
        guard credit >= frame else { return false }
        credit -= frame
        return true
    }

    /// Samples that have become due by time alone since the last call.
    mutating func samplesDue(at now: Instant) -> Int {
        let samples = PCM.samples(in: now - pacedAt)
        pacedAt = pacedAt + PCM.duration(of: samples)
        return Int(samples)
    }
}
