internal import Audio
internal import Config
internal import Media
internal import Report
internal import Station

/// A processor that cannot keep up, and a network that leads to no peer.
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
        switchboard.overload.losses(of: processing).map { loss in
            switch loss {
            case .encoderCare(let isPlain):
                ("encoder_care", "speech is encoded \(isPlain ? "plainly" : "with less care")")
            case .noiseSuppression: ("noise_suppression", "noise stays in")
            case .echoCancelling:
                (
                    "echo_cancelling",
                    "the echo is not cancelled, and the speaker is silent while you talk"
                )
            case .voices(let count): ("voices", "\(count) voices are heard at once at most")
            }
        }
    }

    var processing: Overload.Processing {
        Overload.Processing(
            suppressesNoise: config.audio.noiseSuppression != .off,
            cancelsEcho: handsFree.cancelsEcho)
    }

    /// Whether microphone and speaker take turns: as set, or because the echo is not cancelled now.
    var isHalfDuplexNow: Bool { handsFree.isHalfDuplex || isEchoShed }

    var isEchoShed: Bool { switchboard.overload.leavesOutEcho(of: processing) }

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

    var networkFault: Fault? { switchboard.downWatch.networkTrouble.map { Fault($0) } }
}

extension Fault {
    init(_ trouble: DownWatch.NetworkTrouble) {
        self.init(trouble.code, of: "network", trouble.text, fix: trouble.fix)
    }
}
