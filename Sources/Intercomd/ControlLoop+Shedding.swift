internal import Config
internal import Control

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

    /// The problem of `status`; nil while it keeps up.
    var overload: String? {
        guard view.shed > .none else { return nil }
        return "the processor cannot keep up, so for now \(shedText); look for another program "
            + "that takes it (top), a weak power supply, or set profile = lowpower"
    }

    /// Of what is configured, all that is left out.
    private var shedText: String {
        var found: [String] = []
        if view.shed >= .thriftyEncoder {
            let isPlain = view.shed >= .plainEncoder
            found.append(isPlain ? "speech is encoded plainly" : "speech is encoded with less care")
        }
        if view.shed >= .noNoiseSuppression, config.audio.noiseSuppression != .off {
            found.append("noise stays in")
        }
        if view.shed >= .noEchoCancelling, handsFree.cancelsEcho {
            found.append("the echo is not cancelled, and the speaker is silent while you talk")
        }
        if view.shed >= .fourVoices {
            found.append("\(view.shed >= .twoVoices ? 2 : 4) voices are heard at once at most")
        }
        return found.joined(separator: ", ")
    }

    /// Whether microphone and speaker take turns: as set, or because the echo is not cancelled now.
    var isHalfDuplexNow: Bool { handsFree.isHalfDuplex || isEchoShed }

    private var isEchoShed: Bool { view.shed >= .noEchoCancelling && handsFree.cancelsEcho }

    /// Echo and duplex as they are now.
    func tellShed(_ audio: inout Status.Audio) {
        guard isEchoShed else { return }
        audio.echo = "refused"
        audio.echoReductionDB = nil
        audio.duplex = "half"
        audio.duplexReason = "the processor cannot keep up"
    }
}
