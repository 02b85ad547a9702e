internal import Audio
internal import Time
internal import Wire

/// How our sound to one peer is protected, by its reports and by how soon it answers.
///
/// A report is acted on when the round trip that was asked for with it is known, so that it is
/// known too whether the loss goes with a queue; the next report waits no longer. Sans-I/O.
struct Protection {
    private(set) var redundancy: Redundancy
    private var waiting: Report?

    /// Nothing is known of the way yet.
    init(
        frameSamples: Int = 480, frameSize: Int = 58, frameSizeRepeated: Int = 50,
        isWireless: Bool = false
    ) {
        redundancy = Redundancy(
            frameSamples: frameSamples, frameSize: frameSize,
            frameSizeRepeated: frameSizeRepeated,
            rooms: AudioPacket.roomMin...AudioPacket.roomMax, depthMin: isWireless ? 1 : 0)
    }

    /// A report has come.
    mutating func reported(_ report: Report, at now: Instant) {
        act(at: now)
        waiting = report
    }

    /// An answer has come.
    mutating func measured(_ roundTrip: Duration, at now: Instant) {
        redundancy.add(roundTrip: roundTrip, at: now)
        act(at: now)
    }

    private mutating func act(at now: Instant) {
        guard let report = waiting else { return }
        waiting = nil
        redundancy.report(
            loss256: report.loss, burst8: report.burst,
            jitter: .microseconds(100 * Int(report.jitter)), at: now)
    }
}
