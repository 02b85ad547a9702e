internal import Config
internal import Control
internal import Media

/// What is said of a processor that cannot keep up.
extension ControlLoop {
    mutating func follow(shed step: LoadShedding.Step) {
        guard step != view.shed else { return }
        view.shed = step
        if step == .none {
            tell(.overloadEnd, detail: "the processor keeps up: the sound is whole again")
        } else {
            tell(.overload, detail: "the processor cannot keep up: \(shedText)")
        }
    }

    /// What of the status says it.
    var overload: OverloadStatus {
        var status = OverloadStatus()
        guard view.shed > .none else { return status }
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

    private var shedText: String { leftOut.map { $0.text }.joined(separator: ", ") }

    /// Of what is configured, all that is left out: a word for programs, and for a person.
    private var leftOut: [(word: String, text: String)] {
        var found: [(word: String, text: String)] = []
        if view.shed >= .thriftyEncoder {
            let isPlain = view.shed >= .plainEncoder
            let how = isPlain ? "plainly" : "with less care"
            found.append(("encoder_care", "speech is encoded \(how)"))
        }
        if view.shed >= .noNoiseSuppression, config.audio.noiseSuppression != .off {
            found.append(("noise_suppression", "noise stays in"))
        }
        if isEchoShed {
            let text = "the echo is not cancelled, and the speaker is silent while you talk"
            found.append(("echo_cancelling", text))
        }
        if view.shed >= .fourVoices {
            let count = view.shed >= .twoVoices ? 2 : 4
            found.append(("voices", "\(count) voices are heard at once at most"))
        }
        return found
    }

    /// Whether microphone and speaker take turns: as set, or because the echo is not cancelled now.
    var isHalfDuplexNow: Bool { handsFree.isHalfDuplex || isEchoShed }

    private var isEchoShed: Bool { view.shed >= .noEchoCancelling && handsFree.cancelsEcho }

    /// Echo and duplex as they are now.
    func tellShed(_ audio: inout Status.Audio) {
        guard isEchoShed else { return }
        audio.echo = "shed"
        audio.echoReductionDB = nil
        audio.duplex = "half"
        audio.duplexReason = "the processor cannot keep up"
    }
}
