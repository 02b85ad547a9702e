internal import Config
internal import Control
internal import Media
internal import Switchboard

/// What is said of a processor that cannot keep up.
extension ControlLoop {
    mutating func follow(shed step: LoadShedding.Step) {
        feed { board, _, now in board.follow(.overload(Overload.Step(step)), at: now) }
    }

    /// What of the status says it.
    var overload: OverloadStatus {
        var status = OverloadStatus()
        guard switchboard.overload.isOn else { return status }
        status.leftOut = leftOut.map { $0.word }
        status.text = "the processor cannot keep up, so for now \(shedText)"
        status.fix =
            "look for another program that takes it (top), a weak power supply, or set "
            + "profile = lowpower"
        return status
    }

    /// The problem of `status`; nil while it keeps up.
    var overloadProblem: String? {
        let status = overload
        guard let text = status.text, let fix = status.fix else { return nil }
        return "\(text); \(fix)"
    }

    var shedText: String { leftOut.map { $0.text }.joined(separator: ", ") }

    /// Of what is configured, all that is left out: a word for programs, and for a person.
    private var leftOut: [(word: String, text: String)] {
        switchboard.overload.losses(of: wishes).map { loss in
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

    private var wishes: Overload.Wishes {
        Overload.Wishes(
            suppressesNoise: config.audio.noiseSuppression != .off,
            cancelsEcho: handsFree.cancelsEcho)
    }

    /// Whether microphone and speaker take turns: as set, or because the echo is not cancelled now.
    var isHalfDuplexNow: Bool { handsFree.isHalfDuplex || isEchoShed }

    private var isEchoShed: Bool { switchboard.overload.leavesOutEcho(of: wishes) }

    /// Echo and duplex as they are now.
    func tellShed(_ audio: inout Status.Audio) {
        guard isEchoShed else { return }
        audio.echo = "shed"
        audio.echoReductionDB = nil
        audio.duplex = "half"
        audio.duplexReason = "the processor cannot keep up"
    }
}

extension Overload.Step {
    fileprivate init(_ step: LoadShedding.Step) {
        self =
            switch step {
            case .none: .none
            case .thriftyEncoder: .thriftyEncoder
            case .plainEncoder: .plainEncoder
            case .noNoiseSuppression: .noNoiseSuppression
            case .noEchoCancelling: .noEchoCancelling
            case .fourVoices: .fourVoices
            case .twoVoices: .twoVoices
            }
    }
}
