internal import Time
internal import Wire

/// A file on its way from a peer, part by part: a roster, a voice message, or a message key.
///
/// The number of open questions adapts to the path: one more after each part, half after a loss.
struct PartFetch {
    private static let askedAgainAfter = Duration.milliseconds(500)
    /// The time for a whole roster: no peer may hold up the others with one part every few seconds.
    private static let rosterPatience = Duration.seconds(60)

    /// The file that the parts belong to.
    private let file: UInt64
    private let size: Int
    /// Bytes of every part but the last.
    private let partSize: Int
    /// The most open questions at one time.
    private let openMax: Int
    /// The time without a part after which the fetch rests.
    private let patience: Duration
    /// The time without a part after which the fetch resumes; nil if it resumes on a notice.
    private let pause: Duration?
    /// When the fetch is over, even if parts come; nil means never.
    private let end: Instant?
    /// The bytes received from the beginning, without a gap.
    private(set) var bytes: [UInt8] = []
    /// Parts behind a gap, by number.
    private var early: [Int: FilePart] = [:]
    private var open: [(part: Int, at: Instant)] = []
    private var next = 0
    private var openNow: Int
    private var progress: Instant
    /// Whether the fetch rests, because no part has come for long.
    private(set) var isResting = false

    /// Begins to fetch a message or a message key.
    init(ofMessage file: UInt64, size: Int, pause: Duration? = nil, at now: Instant) {
        (self.file, self.size, partSize) = (file, size, FilePart.messageSize)
        (openNow, openMax, patience) = (1, 16, .seconds(4))
        (self.pause, progress, end) = (pause, now, nil)
    }

    init(of roster: RosterNotice, at now: Instant) {
        (file, size, partSize) = (roster.text, Int(roster.size), FilePart.rosterSize)
        (openNow, openMax, patience) = (4, 4, .seconds(5))
        (pause, progress, end) = (nil, now, now + Self.rosterPatience)
    }

    /// The whole file; nil while parts are missing.
    var whole: [UInt8]? { bytes.count == size ? bytes : nil }

    /// Resumes the fetch, on a new session or a new notice.
    mutating func goOn(at now: Instant) {
        next = bytes.count / partSize
        (progress, openNow, isResting) = (now, 1, false)
        open.removeAll()
        early.removeAll()
    }

    /// Takes a part that was asked for; other parts have no effect.
    mutating func take(_ part: FilePart, at now: Instant) {
        let number = part.start / partSize
        guard part.file == file, part.start == number * partSize,
            part.count == min(size - part.start, partSize),
            let place = open.firstIndex(where: { $0.part == number })
        else { return }
        open.remove(at: place)
        early[number] = part
        openNow = min(openMax, openNow + 1)
        progress = now
        while let part = early.removeValue(forKey: bytes.count / partSize) {
            for place in 0..<part.count { bytes.append(part.bytes[place]) }
        }
    }

    /// Whether no part has come for long, or the fetch is over.
    func hasStalled(at now: Instant) -> Bool {
        now - progress >= patience || end.map { now >= $0 } ?? false
    }

    /// The numbers of the parts to ask for now.
    mutating func questions(at now: Instant) -> [Int] {
        if let pause, now - progress >= pause { goOn(at: now) }
        isResting = hasStalled(at: now)
        guard !isResting else { return [] }
        var found: [Int] = []
        for place in open.indices where now - open[place].at >= Self.askedAgainAfter {
            open[place].at = now
            found.append(open[place].part)
        }
        if !found.isEmpty { openNow = max(1, openNow / 2) }
        // A part that is lost repeatedly holds up later parts, whose number is therefore bounded.
        while open.count < openNow, early.count < openMax, next * partSize < size {
            open.append((next, now))
            found.append(next)
            next += 1
        }
        return found
    }

    /// When there are questions again; nil if the fetch resumes on a notice.
    var deadline: Instant? {
        guard !isResting else { return pause.map { progress + $0 } ?? end }
        let stalls = min(progress + patience, end ?? progress + patience)
        return open.map { min(stalls, $0.at + Self.askedAgainAfter) }.min() ?? stalls
    }
}
