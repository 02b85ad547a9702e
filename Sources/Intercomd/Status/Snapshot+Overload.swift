internal import Audio
internal import Config
internal import Media
internal import Report
internal import Station
internal import Time

/// A processor that cannot keep up.
extension Snapshot {
    /// The problem of `status`; nil while it keeps up.
    var overloadFault: Fault? {
        guard switchboard.overload.isOn else { return nil }
        return Fault(
            "overload", "the processor cannot keep up, so for now \(shedText)",
            fix: "look for another program that uses it (top) or a weak power supply, or set "
                + "profile = lowpower")
    }

    var shedText: String { leftOut.map { $0.text }.joined(separator: ", ") }

    /// The configured work that is left out: a word for programs, and a text for people.
    var leftOut: [(word: String, text: String)] {
        let overload = switchboard.overload
        var found: [(word: String, text: String)] = []
        if overload >= .thriftyEncoder {
            let care = overload >= .plainEncoder ? "plainly" : "with less care"
            found.append(("encoder_care", "speech is encoded \(care)"))
        }
        if overload >= .noNoiseSuppression, config.audio.noiseSuppression != .off {
            found.append(("noise_suppression", "noise stays in"))
        }
        if isEchoShed {
            found.append(
                (
                    "echo_cancelling",
                    "the echo is not cancelled, and the speaker is silent while you talk"
                ))
        }
        if overload >= .fourVoices {
            let count = overload >= .twoVoices ? 2 : 4
            found.append(("voices", "\(count) voices are heard at once at most"))
        }
        return found
    }

    /// Whether microphone and speaker take turns: as set, or because the echo is not cancelled now.
    var isHalfDuplexNow: Bool { handsFree.isHalfDuplex || isEchoShed }

    var isEchoShed: Bool {
        switchboard.overload >= .noEchoCancelling && handsFree.cancelsEcho
    }

    /// Concealment, echo and duplex as they are now.
    func tellShed(_ audio: inout Status.Audio) {
        if switchboard.overload.isOn, plan.concealment.isNeural {
            audio.concealment = "plain"
            audio.concealmentReason = "the processor cannot keep up"
        }
        guard isEchoShed else { return }
        audio.echo = "shed"
        audio.echoReductionDB = nil
        audio.duplex = "half"
        audio.duplexReason = "the processor cannot keep up"
    }
}

/// Data packets come by the thousand that no peer sent: garbage, copies, or more than is read.
///
/// It is looked at once a second. What a house sends by mistake, after a restart, a move or from a
/// network that doubles packets, is far less.
struct PacketFlood {
    /// A second with so many is one of a flood.
    static let least = 1_000
    /// A flood is told of for so long after the last such second.
    static let lasts = Duration.seconds(5)

    /// Packets of nobody in a second, lately.
    private(set) var perSecond = 0
    private var until: Instant?
    private var lossUntil: Instant?
    private var last: (totals: Totals, at: Instant)?

    /// What was counted since the start.
    struct Totals {
        /// Packets that were read and are of no session, false, or known already.
        var refused: UInt64
        /// Packets that found the queue of unknown addresses full.
        var straysLost: UInt64
        /// Packets that found the queue of the peers' addresses full.
        var lost: UInt64

        fileprivate var all: UInt64 { refused + straysLost + lost }
    }

    /// Whether it is there now.
    func isOn(at now: Instant) -> Bool { until.map { now < $0 } ?? false }

    /// Whether packets from the addresses of peers, theirs among them, find no room.
    func isLossy(at now: Instant) -> Bool { lossUntil.map { now < $0 } ?? false }

    /// Takes what was counted by now; once a second.
    mutating func update(_ totals: Totals, at now: Instant) {
        defer { last = (totals, now) }
        guard let last, totals.all >= last.totals.all, totals.lost >= last.totals.lost else {
            return
        }
        let elapsed = max(1, (now - last.at).milliseconds)
        let rate = (totals.all - last.totals.all) * 1_000 / UInt64(elapsed)
        // A queue that runs over for another cause, by a processor that is late, is no flood.
        if Int(rate) >= Self.least,
            totals.refused + totals.straysLost > last.totals.refused
                + last.totals.straysLost
        {
            perSecond = Int(rate)
            until = now + Self.lasts
            if totals.lost > last.totals.lost { lossUntil = until }
        } else if !isOn(at: now) {
            (perSecond, until, lossUntil) = (0, nil, nil)
        }
    }
}
