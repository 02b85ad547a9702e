internal import Audio
internal import Media
internal import Realtime
internal import Station
internal import Time

/// The sound of an announcement, on its way from the caller to the ring.
struct AnnouncementReader: ~Copyable {
    private struct Reading {
        let caller: ProgramTicket
        /// The ring into which the sound is pushed.
        let ring: SPSCRing<SoundBlock>
        var sound: AnnouncementSound
        /// A block that found no room.
        var waiting: SoundBlock?
        /// The number of blocks given; the media loop begins when there is something ahead.
        var given = 0
        var isWhole = false
        var movedAt: Instant

        mutating func next(from server: inout ControlServer) -> SoundBlock? {
            if let waiting { return waiting }
            let caller = caller
            return sound.next { server.readSound(of: caller, into: &$0) }
        }
    }

    static let secondsMax = 60
    static let samplesMax = secondsMax * PCM.sampleRate
    /// A caller that is silent for longer is gone.
    static let idleMax = Duration.seconds(5)
    private static let interval = Duration.milliseconds(20)

    private var reading: Reading?
    /// The announcement for the media loop, which gets it once there is enough sound.
    private var announcement: Box<Announcement>?

    /// Whether an announcement is being read, or waits for its end.
    var isReading: Bool { reading != nil }

    /// Whether all of the sound is in the ring.
    var isWhole: Bool { reading?.isWhole ?? false }

    /// Whether enough of the sound is in the ring for the announcement to begin.
    var hasEnough: Bool {
        reading.map { $0.isWhole || $0.given >= Announcement.ahead } ?? false
    }

    /// The time for the next read from the caller.
    func deadline(at now: Instant) -> Instant? { isReading ? now + Self.interval : nil }

    /// Whether the caller has sent nothing for so long that it is gone.
    func isIdle(at now: Instant) -> Bool {
        reading.map { now - $0.movedAt >= Self.idleMax } ?? false
    }

    /// Begins to read an announcement of this many samples.
    mutating func begin(
        _ plan: MediaPlan, samples: Int, of caller: ProgramTicket, at now: Instant
    ) throws(OpusError) {
        let made = try Announcement(plan)
        reading = Reading(
            caller: caller, ring: made.sound, sound: AnnouncementSound(samples: samples),
            movedAt: now)
        announcement = Box(made)
    }

    /// The announcement for the media loop to play; nil when it has it already.
    mutating func takeAnnouncement() -> Box<Announcement>? { announcement.take() }

    /// Stops reading; ends an announcement that the media loop does not have.
    mutating func stop() {
        reading = nil
        announcement = nil
    }

    /// Reads the caller's sound, as much as the ring has room for.
    ///
    /// - Returns: Whether the sound is whole now, and was not before.
    mutating func read(from server: inout ControlServer, at now: Instant) -> Bool {
        guard var reading, !reading.isWhole else { return false }
        while !reading.isWhole, let block = reading.next(from: &server) {
            reading.waiting = reading.ring.push(block)
            guard reading.waiting == nil else { break }
            reading.given += 1
            reading.movedAt = now
            reading.isWhole = reading.sound.isOver
        }
        self.reading = reading
        return reading.isWhole
    }
}

/// The bytes of an announcement, cut into blocks of samples.
///
/// Silence comes before them, while the listeners hear the tone of a page.
struct AnnouncementSound {
    /// The tone of a page takes 0.64 s.
    static let leadSamples = 33_600
    private static let bytesMax = 2 * PCM.blockMax

    /// The number of bytes to come.
    private var left: Int
    /// The first block of sound: the silence waits for it.
    private var first: SoundBlock?
    /// The first half of a sample.
    private var half: UInt8?
    /// The samples of silence to come.
    private var silence = leadSamples

    init(samples: Int) { left = samples * 2 }

    /// Whether everything was given.
    var isOver: Bool { left == 0 && silence == 0 && first == nil }

    /// The next block.
    ///
    /// - Parameter read: Fills the room with bytes, and returns their number; nil when there are
    ///   none.
    /// - Returns: Nil when nothing came.
    mutating func next(_ read: (inout MutableSpan<UInt8>) -> Int?) -> SoundBlock? {
        guard silence > 0 else {
            defer { first = nil }
            return first ?? block(read)
        }
        first = first ?? block(read)
        guard first != nil else { return nil }
        var block = SoundBlock()
        block.count = min(PCM.blockMax, silence)
        silence -= block.count
        return block
    }

    private mutating func block(_ read: (inout MutableSpan<UInt8>) -> Int?) -> SoundBlock? {
        var block = SoundBlock()
        var bytes = InlineArray<960, UInt8>(repeating: 0)
        var start = 0
        if let half {
            bytes[0] = half
            start = 1
        }
        let wanted = min(Self.bytesMax, left + start)
        guard wanted > start else { return nil }
        var room = bytes.mutableSpan
        var rest = room._mutatingExtracting(start..<wanted)
        guard let count = read(&rest), count > 0 else { return nil }
        left -= count
        let filled = start + count
        block.count = filled / 2
        for index in 0..<block.count {
            let value = UInt16(bytes[2 * index]) | UInt16(bytes[2 * index + 1]) << 8
            block.samples[index] = Int16(bitPattern: value)
        }
        half = filled % 2 == 1 ? bytes[filled - 1] : nil
        return block
    }
}
