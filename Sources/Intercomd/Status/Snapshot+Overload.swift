internal import Audio
internal import Config
internal import Media
internal import Report
internal import Station
internal import Time

/// A processor that cannot keep up.
extension Snapshot {
    /// The problem for `status`; nil while the processor keeps up.
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

    /// Reports concealment, echo and duplex as they are now.
    func tellShed(_ audio: inout Status.Audio) {
        if switchboard.overload.isOn { audio.concealment = "plain" }
        guard isEchoShed else { return }
        audio.echo = "shed"
        audio.echoReductionDB = nil
        audio.duplex = "half"
        audio.duplexReason = "the processor cannot keep up"
    }
}
