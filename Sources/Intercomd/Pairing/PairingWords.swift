internal import Config
internal import Files
internal import Peering

extension PairingErrand.Failure {
    /// For programs.
    var cause: String {
        switch self {
        case .unreachable: "unreachable"
        case .gone: "gone"
        case .declined: "declined"
        case .refused(.code): "wrong_code"
        case .refused(.malformed), .refused(.suites), .refused(.ownKey): "refused"
        }
    }

    /// For the person who typed the code.
    func text(of host: String, reason: String?) -> String {
        switch self {
        case .unreachable:
            "\(reason ?? "\(host) does not answer"); see whether that is its address, whether it"
                + " is on, and whether \"intercomctl pair\" runs there and shows a code"
        case .gone:
            "\(host) ended the pairing: run \"intercomctl pair\" there again for a new code, and"
                + " type that one"
        case .declined:
            "\(host) accepted the code but did not pair. Its screen says why; perhaps this station"
                + " is already its peer. Nothing is changed here"
        case .refused(let failure): failure.text(of: host)
        }
    }
}

extension PairingFailure {
    /// For the person who is shown the code, which a station at `host` has proved.
    func textWhereShown(of host: String) -> String {
        guard self == .code else { return text(of: host) }
        return "what \(host) said after it had proved the code was changed on the way, so nothing"
            + " is changed here; run \"intercomctl pair\" again"
    }

    /// For the person at either side: what is wrong with the other one.
    func text(of host: String) -> String {
        switch self {
        case .code:
            "the code is not the one that \(host) shows; look again, or, as the third wrong code"
                + " ends it there, ask for a new one"
        case .malformed: "what answers at \(host) is no intercomd of this version"
        case .suites: "\(host) and this station have no cipher in common"
        case .ownKey:
            "\(host) has this station's own key: its memory card was copied from this one, or this"
                + " one's from it; "
                + Paths(stateDirectory: nil, runtimeDirectory: nil).keyAnew(on: "the copy")
        }
    }
}

extension ButtonPairing.Outcome {
    /// For the person at the talk button: the end of a pairing in vain, by its cause for programs.
    init(cause: String) {
        self =
            switch cause {
            case "wrong_code": .wrongCode
            case "not_found": .noStationFound
            case "burnt", "used_up": .burnt
            case "timed_out": .timedOut
            default: .failed
            }
    }
}
