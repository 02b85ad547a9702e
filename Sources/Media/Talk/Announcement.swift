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
/// The control thread makes all of it, pushes into `sound`, and frees the box when it is back; the
/// media loop owns encoder and frames meanwhile.
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

    /// Blocks that were put in before the first frame is sent: what is read is late now and then.
    package static let ahead = 20

    package init(_ plan: MediaPlan) throws(OpusError) {
        encoder = try OpusEncoder(plan.profile)
        filling = FixedArray(count: plan.sound.frameSamples) { _ in 0 }
    }

    /// The length of a frame.
    var frameSamples: Int { filling.count }

    /// Bytes of its packets' frames.
    var frameSize: Int { encoder.frameSize }

    /// The number of the next frame.
    var next: Int { frames.next }

    /// Fills one frame from the sound that has come; false while that is too little.
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

    /// Nothing more comes: the rest of the frame is silence.
    mutating func pad() {
        while filled < filling.count {
            filling[filled] = 0
            filled += 1
        }
    }

    /// Encodes the frame that is full, with packets of this size.
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

    /// Puts its frames in the place of the microphone's, and back again.
    mutating func exchange(_ other: inout EncodedFrames) { swap(&frames, &other) }
}

/// The announcement that is under way, if any, and how much of it is due.
///
/// The card that wakes the loop sets its pace; without a card time itself does.
struct PacedAnnouncement: ~Copyable {
    private var box: Box<Announcement>?
    /// The number of the frame that is encoded and was not sent yet.
    private var waiting: Int?
    /// The last frame is encoded.
    private var hasLast = false
    /// Nothing more comes of it: the rest is sent.
    private var isWhole = false
    /// How much of it is due.
    var pace = FramePace()

    var isOn: Bool { box != nil }

    mutating func begin(_ box: consuming Box<Announcement>, at now: Instant) {
        self.box = consume box
        isWhole = false
        pace = FramePace(at: now)
    }

    /// Nothing more comes of it.
    mutating func complete() { isWhole = true }

    /// It is over: the box goes back.
    mutating func end() -> Box<Announcement>? {
        waiting = nil
        hasLast = false
        return box.take()
    }

    /// The frame that is to be sent next, if it is encoded.
    var ready: (number: Int, isLast: Bool)? {
        waiting.map { (number: $0, isLast: hasLast) }
    }

    /// Encodes its next frame, with packets of this size, unless one waits or it has no more.
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

    /// Puts its frames in the place of the microphone's, and back again.
    mutating func exchange(_ frames: inout EncodedFrames) { box!.value.exchange(&frames) }
}

/// Sound from a file goes out beside the microphone (`PacedAnnouncement`).
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

    /// Nothing more comes of it: the rest is sent, or is not.
    mutating func endAnnouncement(isNow: Bool) {
        announcement.complete()
        if isNow { finishAnnouncement() }
    }

    /// The card that wakes the loop has moved so many samples: as much of the file is due.
    mutating func pace(_ source: ClockMaster.Source, _ samples: Int) {
        guard source == cards.master.source else { return }
        let frame = plan.sound.frameSamples
        guard announcement.isOn else { return }
        announcement.pace.earn(samples, frameSamples: frame)
        while announcement.isOn, announcement.pace.take(frameSamples: frame) {
            // Its reader is slow: it goes on when there is more.
            guard sendAnnounced() else { return announcement.pace.begin(ahead: frame) }
        }
    }

    /// Sends one frame of it; false when there is none yet.
    private mutating func sendAnnounced() -> Bool {
        // During a talk, `talk` chooses it.
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

    /// Without a card, the timer moves talk keys and an announcement.
    mutating func giveTimerWork() {
        cards.hasOtherWork = talkKeys.count > 0 || announcement.isOn
        if cards.master.source == .timer { cards.armTimer(at: now) }
    }
}
